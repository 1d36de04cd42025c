// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-DE1KdfGA.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-DE1KdfGA.js") },
    File { path: "/ui/index-qLq3sEh6.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-qLq3sEh6.css") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-BoUfZZ4G.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BoUfZZ4G.js") },
    File { path: "/ui/page-CTykI9fI.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-CTykI9fI.js") },
    File { path: "/ui/page-ELT6uay7.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-ELT6uay7.js") },
    File { path: "/ui/page-eFpWW_L3.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-eFpWW_L3.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-_pQz9GAd.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-_pQz9GAd.js") },
    File { path: "/ui/use-answer-Xx25_ip7.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/use-answer-Xx25_ip7.js") },
]
