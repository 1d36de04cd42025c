// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-C1tPd47B.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-C1tPd47B.css") },
    File { path: "/ui/index-Zeclt5Ox.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-Zeclt5Ox.js") },
    File { path: "/ui/page-L0b166kI.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-L0b166kI.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
]
