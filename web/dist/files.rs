// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-BsTVDcmO.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-BsTVDcmO.js") },
    File { path: "/ui/index-bJ16Dwbg.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-bJ16Dwbg.css") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-BaHN6Gvd.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BaHN6Gvd.js") },
    File { path: "/ui/page-H7Nv3nyW.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-H7Nv3nyW.js") },
    File { path: "/ui/page-LuwbNVKR.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-LuwbNVKR.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-CrBZpzrZ.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-CrBZpzrZ.js") },
]
