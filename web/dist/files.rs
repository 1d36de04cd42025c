// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-DUrbWeIm.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-DUrbWeIm.js") },
    File { path: "/ui/index-bJ16Dwbg.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-bJ16Dwbg.css") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-BH0z-8dN.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BH0z-8dN.js") },
    File { path: "/ui/page-C9U0js3k.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-C9U0js3k.js") },
    File { path: "/ui/page-aFzfTLBK.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-aFzfTLBK.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-B5FEs5Jj.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-B5FEs5Jj.js") },
]
