// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-BlWpfF3l.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-BlWpfF3l.js") },
    File { path: "/ui/index-fDXSUTkg.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-fDXSUTkg.css") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-BGBWKDmT.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BGBWKDmT.js") },
    File { path: "/ui/page-D0__fp4Q.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-D0__fp4Q.js") },
    File { path: "/ui/page-DjGkWQ60.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-DjGkWQ60.js") },
    File { path: "/ui/page-DloMCmvY.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-DloMCmvY.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-_pQz9GAd.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-_pQz9GAd.js") },
    File { path: "/ui/use-answer-Xx25_ip7.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/use-answer-Xx25_ip7.js") },
]
