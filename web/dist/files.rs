// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-VI1mjkMH.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-VI1mjkMH.css") },
    File { path: "/ui/index-Xv_c4aAq.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-Xv_c4aAq.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
]
