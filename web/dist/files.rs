// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-bJ16Dwbg.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-bJ16Dwbg.css") },
    File { path: "/ui/index-rd-l-ZGp.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-rd-l-ZGp.js") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-BV2dPJGG.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BV2dPJGG.js") },
    File { path: "/ui/page-lvUH8BVC.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-lvUH8BVC.js") },
    File { path: "/ui/page-sIr7o1iE.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-sIr7o1iE.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-DrNUbIua.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-DrNUbIua.js") },
]
