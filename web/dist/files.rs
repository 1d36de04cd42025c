// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-DSJYjJ71.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-DSJYjJ71.js") },
    File { path: "/ui/index-bJ16Dwbg.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-bJ16Dwbg.css") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-DLjXNWLX.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-DLjXNWLX.js") },
    File { path: "/ui/page-DlbuWRuz.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-DlbuWRuz.js") },
    File { path: "/ui/page-xWyLeBJr.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-xWyLeBJr.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-cExtKaaM.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-cExtKaaM.js") },
]
