// Written by `npm run build`: the built pages, for the server to embed.
[
    File { path: "/index.html", media_type: "text/html; charset=utf-8", bytes: include_bytes!("index.html") },
    File { path: "/ui/index-BQM3w18P.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("ui/index-BQM3w18P.css") },
    File { path: "/ui/index-DjnaaqjR.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/index-DjnaaqjR.js") },
    File { path: "/ui/licences.md", media_type: "text/plain; charset=utf-8", bytes: include_bytes!("ui/licences.md") },
    File { path: "/ui/page-BHxOjPgG.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-BHxOjPgG.js") },
    File { path: "/ui/page-DYZyUSx9.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-DYZyUSx9.js") },
    File { path: "/ui/page-w4GPxx6u.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/page-w4GPxx6u.js") },
    File { path: "/ui/rings-BjMiKbj8.svg", media_type: "image/svg+xml", bytes: include_bytes!("ui/rings-BjMiKbj8.svg") },
    File { path: "/ui/spark-DbSNio0S.js", media_type: "text/javascript; charset=utf-8", bytes: include_bytes!("ui/spark-DbSNio0S.js") },
]
