// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-Bq-HCvOp.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-Bq-HCvOp.css") },
    File { path: "/ui/index-DbNRn9wc.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-DbNRn9wc.js") },
    File { path: "/ui/page-AmB_eG23.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-AmB_eG23.js") },
    File { path: "/ui/page-BpoYJCfA.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BpoYJCfA.js") },
    File { path: "/ui/page-CfJoLTjP.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-CfJoLTjP.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-ByI08ijS.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-ByI08ijS.js") },
]
