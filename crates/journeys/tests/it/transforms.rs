//! Transform rules as operators meet them: files that are read again, every way in, the ledger, a crash.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{Server, dendro, folder, run, until, until_async};
use crate::outside;

fn write(data: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(data).expect("made");
    std::fs::write(data.join(name), text).expect("written");
}

async fn metrics(server: &Server) -> String {
    let response = server.client().get(format!("{}/metrics", server.url)).send().await.expect("sent");
    response.text().await.expect("text")
}

/// What the ledger says: received, stored, filtered, sampled out.
async fn ledger(server: &Server) -> [u64; 4] {
    let query = "SELECT sum(received) AS r, sum(stored) AS s, sum(filtered) AS f, sum(sampled_out) AS o FROM ledger";
    let row = &server.sql(query).await[0];
    ["r", "s", "f", "o"].map(|name| row[name].as_u64().expect("a count"))
}

fn requests(from: usize, records: usize) -> String {
    let line = |number: usize| {
        let (path, level) =
            (if number.is_multiple_of(5) { "/health" } else { "/cart" }, if number.is_multiple_of(2) { "info" } else { "error" });
        json!({"service": "web", "level": level, "msg": format!("request {number}"), "path": path, "usr": number % 3, "ip": "203.0.113.9", "token": "hunter2"})
    };
    (from..from + records).map(|number| format!("{}\n", line(number))).collect()
}

/// The first slice: a filter and a rename, from the file to a stored record; and again after a crash.
#[tokio::test]
async fn a_filter_and_a_rename_hold_from_the_file_to_the_record() {
    let (_temporary, data) = folder();
    write(
        &data,
        "transforms.toml",
        "[[rule]]\nname = \"health\"\nsource = \"web\"\nwhere = { path = \"/health*\" }\ndrop = true\n[[rule]]\nrename = { usr = \"user.id\" }\nremove = [\"tok*\"]\n",
    );
    let server = Server::start_with(&data, &["--seal-after", "1h"]);
    let told = server.ingest(&requests(0, 100)).await;
    assert_eq!(told, json!({"accepted": 80, "quarantined": 0, "filtered": 20, "duplicate": false}));
    assert!(metrics(&server).await.contains("dendro_transform_records_total{rule=\"health\",outcome=\"filtered\"} 20"));
    let found = server.sql("SELECT \"user.id\" AS id, count(*) AS n FROM logs WHERE path = '/cart' GROUP BY 1 ORDER BY 1").await;
    let ids: Vec<(u64, u64)> = found.iter().map(|row| (row["id"].as_u64().expect("id"), row["n"].as_u64().expect("n"))).collect();
    assert_eq!(ids.iter().map(|(_, n)| n).sum::<u64>(), 80, "{ids:?}");
    assert!(server.try_sql(json!({"query": "SELECT usr FROM logs"})).await.unwrap_err().contains("usr"), "it has another name");
    assert_eq!(ledger(&server).await, [100, 80, 20, 0]);
    server.kill();
    let server = Server::start(&data);
    assert_eq!(ledger(&server).await, [100, 80, 20, 0], "counted in the write-ahead log, as the records are");
    assert_eq!(server.count().await, 80);
    server.stop();
    run(dendro(["check", "--data"]).arg(&data)).exits(0);
    let stray = outside_bytes(&data, b"hunter2");
    assert_eq!(stray, Vec::<String>::new(), "what a rule removed lies nowhere");
}

/// Files of a folder that hold these bytes as they are.
fn outside_bytes(data: &Path, wanted: &[u8]) -> Vec<String> {
    let holds = |path: &Path| std::fs::read(path).is_ok_and(|bytes| bytes.windows(wanted.len()).any(|window| window == wanted));
    let files = crate::harness::files(data);
    files.iter().filter(|path| holds(path)).map(|path| path.display().to_string()).collect()
}

#[tokio::test]
async fn rules_and_their_files_are_read_again_and_wrong_ones_change_nothing() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    server.ingest(&requests(0, 10)).await;
    assert_eq!(server.count().await, 10, "without rules");
    write(&data, "users.csv", "id,tier\n1,gold\n");
    write(
        &data,
        "transforms.toml",
        "[tables.users]\nfile = \"users.csv\"\nkey = \"id\"\n[[rule]]\nlookup = { table = \"users\", field = \"usr\", into = \"user.\" }\n",
    );
    let version = || async {
        let text = metrics(&server).await;
        text.lines().find_map(|line| line.strip_prefix("dendro_transform_info{version=\"")).map(|rest| rest[..8].to_owned())
    };
    let first = until_async("the rules", version).await;
    server.ingest(&requests(10, 30)).await;
    let tiers = || async {
        let rows = server.sql("SELECT \"user.tier\" AS tier, count(*) AS n FROM logs GROUP BY 1 ORDER BY 1 NULLS LAST").await;
        rows.iter().map(|row| format!("{}:{}", row["tier"].as_str().unwrap_or("-"), row["n"])).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(tiers().await, "gold:10 -:30");

    write(&data, "users.csv", "id,tier\n1,silver\n2,gold\nbroken\n");
    until_async("the table", || async { version().await.filter(|version| *version != first) }).await;
    assert!(server.logged().contains("users.csv: line 4: 1 cells instead of 2"), "{}", server.logged());
    server.ingest(&requests(40, 30)).await;
    assert_eq!(tiers().await, "gold:20 silver:10 -:40");

    write(&data, "transforms.toml", "[[rule]]\ndorp = true\n");
    until_async("the complaint", || async {
        metrics(&server).await.contains("dendro_transform_rules_refused_total 1").then_some(())
    })
    .await;
    assert!(server.logged().contains("line 2, column 1: unknown field `dorp`"), "{}", server.logged());
    server.ingest(&requests(70, 3)).await;
    assert_eq!(tiers().await, "gold:21 silver:11 -:41", "those before stay in force");
    server.stop();
    let refused = run(dendro(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data)).exits(2);
    assert!(refused.err.contains("line 2, column 1: unknown field `dorp`") && refused.err.contains('^'), "{}", refused.err);
    run(dendro(["sql", "SELECT 1", "--data"]).arg(&data)).exits(0);
}

/// One program, four ways in.
#[tokio::test]
async fn a_program_meets_records_of_every_way_in() {
    let (temporary, data) = folder();
    let program = ". |= object!(parse_json!(.message))\nif .drop == true { abort }\n.via = \"program\"\n";
    write(&data, "all.vrl", program);
    write(&data, "transforms.toml", "[[rule]]\nprogram = \"all.vrl\"\n");
    let server = Server::start_with(&data, &["--syslog", "tcp://127.0.0.1:0"]);
    let body = |n: u32| json!({"message": json!({"n": n, "drop": n % 2 == 1}).to_string()}).to_string();
    let bodies: String = (0..10).map(|n| format!("{}\n", body(n))).collect();
    assert_eq!(server.ingest(&bodies).await["filtered"], json!(5));
    let bulk: String = (10..20).map(|n| format!("{{\"create\":{{\"_index\":\"logs\"}}}}\n{}\n", body(n))).collect();
    let request =
        server.client().post(format!("{}/elasticsearch/_bulk", server.url)).header("content-type", "application/x-ndjson");
    let told: Value = request.body(bulk).send().await.expect("sent").json().await.expect("JSON");
    assert_eq!((&told["errors"], told["items"].as_array().map(Vec::len)), (&json!(false), Some(10)));
    syslog(
        &server,
        (20..30).map(|n| format!("<14>1 2026-02-06T14:23:45Z h app - - - {}\n", json!({"n": n, "drop": n % 2 == 1}))).collect(),
    );
    let file = temporary.path().join("app.jsonl");
    std::fs::write(&file, (30..40).map(|n| format!("{}\n", body(n))).collect::<String>()).expect("written");
    let by_server = run(dendro(["ingest", "--url", &server.url]).arg(&file)).exits(0);
    assert!(by_server.out.contains("5 records were left out by the transform rules"), "{}", by_server.out);
    until_async("all of them", || async { (server.count().await == 20).then_some(()) }).await;
    let rows = server.sql("SELECT count(*) AS n, count(DISTINCT n) AS d, min(via) AS via, sum(n % 2) AS odd FROM logs").await;
    assert_eq!(rows, [json!({"n": 20, "d": 20, "via": "program", "odd": 0})]);
    assert_eq!(ledger(&server).await, [40, 20, 20, 0]);
    server.stop();

    let more = temporary.path().join("more.jsonl");
    std::fs::write(&more, (40..50).map(|n| format!("{}\nno json {n}\n", body(n))).collect::<String>()).expect("written");
    let own = run(dendro(["ingest", "--format", "text", "--data"]).arg(&data).arg(&more)).exits(0);
    assert!(own.out.contains("stored 20 records"), "a text has no `message` within: {}", own.out);
    let failed = run(dendro([
        "sql",
        "SELECT transform_error, count(*) AS n FROM logs WHERE transform_error IS NOT NULL GROUP BY 1",
        "-o",
        "json",
        "--data",
    ])
    .arg(&data))
    .exits(0);
    assert_eq!(failed.out.trim(), r#"{"transform_error":"all.vrl, line 1","n":10}"#);
    follow(temporary.path(), &data, &body(60));
}

fn syslog(server: &Server, lines: String) {
    use std::io::Write as _;
    let logged = server.logged();
    let at = logged.lines().find(|line| line.contains("socket is open")).expect("the socket");
    let address = at.split("127.0.0.1:").nth(1).expect("a port");
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("connected");
    stream.write_all(lines.as_bytes()).expect("written");
}

/// Files that are followed into a folder pass the rules too.
fn follow(home: &Path, data: &Path, line: &str) {
    let file = home.join("followed.log");
    std::fs::write(&file, format!("{line}\n{line}\n")).expect("written");
    let mut command = dendro(["ingest", "--follow", "--format", "json", "--data"]);
    command.arg(data).arg("--checkpoint").arg(home.join("follow.json")).arg(&file);
    let mut follower: Child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start");
    until("the checkpoint", || {
        let kept: Value = serde_json::from_slice(&std::fs::read(home.join("follow.json")).ok()?).ok()?;
        kept["files"].as_array()?.iter().any(|file| file["taken"].as_u64() > Some(0)).then_some(())
    });
    assert!(Command::new("kill").args(["-TERM", &follower.id().to_string()]).status().expect("kill").success());
    assert!(follower.wait().expect("wait").success());
    let found =
        run(dendro(["sql", "SELECT count(*) AS n FROM logs WHERE n = 60 AND via = 'program'", "-o", "json", "--data"]).arg(data));
    assert_eq!(found.exits(0).out.trim(), r#"{"n":2}"#);
}

#[tokio::test]
async fn what_is_sampled_stands_for_all_of_it() {
    let (_temporary, data) = folder();
    write(&data, "transforms.toml", "[[rule]]\nseverity = \"INFO\"\nsample = 10\n");
    let server = Server::start(&data);
    for part in 0..10 {
        server.ingest(&requests(part * 2_000, 2_000)).await;
    }
    let row = &server.sql("SELECT count(*) AS n, sum(coalesce(sample_weight, 1)) AS all FROM logs").await[0];
    let (stored, all) = (row["n"].as_u64().expect("n"), row["all"].as_f64().expect("all"));
    assert!((all - 20_000.0).abs() < 5.0 * 300.0, "10 * the deviation of Binomial(10000, 0.1), which is 30: {all}");
    let [received, kept, filtered, sampled_out] = ledger(&server).await;
    assert_eq!((received, kept, filtered, sampled_out), (20_000, stored, 0, 20_000 - stored));
    let errors = server.sql("SELECT count(*) AS n FROM logs WHERE severity = 'ERROR' AND sample_weight IS NULL").await;
    assert_eq!(errors[0]["n"], json!(10_000));
    server.stop();
}

/// A database that another program wrote; the address is masked after it was looked up.
#[tokio::test]
async fn addresses_are_placed_before_they_are_masked_and_databases_are_replaced() {
    let (_temporary, data) = folder();
    std::fs::create_dir_all(&data).expect("made");
    let database = data.join("city.mmdb").display().to_string();
    outside::python_script("geo_database.py", &[&database, "DE"]);
    write(&data, "privacy.toml", "[actions]\nip = \"mask\"\n");
    write(&data, "blocked.txt", "203.0.113.0/28 scanner\n");
    write(&data, "geo.vrl", "place = lookup(\"geo\", .ip)\n.from = place.city\n");
    let rules = "[tables.geo]\nfile = \"city.mmdb\"\n[tables.blocked]\nfile = \"blocked.txt\"\n[[rule]]\nlookup = { table = \"geo\", field = \"ip\", into = \"geo.\" }\n[[rule]]\nlookup = { table = \"blocked\", field = \"ip\", into = \"threat.\" }\n[[rule]]\nprogram = \"geo.vrl\"\n";
    write(&data, "transforms.toml", rules);
    let server = Server::start(&data);
    server.ingest(&requests(0, 1)).await;
    let query = "SELECT \"geo.country\" AS country, \"from\" AS town, \"threat.label\" AS threat, ip FROM logs ORDER BY msg";
    let query = query.replace("msg", "message");
    let found = server.sql(&query).await;
    assert_eq!((&found[0]["country"], &found[0]["town"], &found[0]["threat"]), (&json!("DE"), &json!("Town"), &json!("scanner")));
    assert_ne!(found[0]["ip"], json!("203.0.113.9"));
    let before = metrics(&server).await;
    outside::python_script("geo_database.py", &[&database, "FR"]);
    let info = |text: &str| text.lines().find(|line| line.starts_with("dendro_transform_info{")).map(str::to_owned);
    until_async("the database", || async { (info(&metrics(&server).await) != info(&before)).then_some(()) }).await;
    server.ingest(&requests(1, 1)).await;
    assert_eq!(server.sql(&query).await[1]["country"], json!("FR"));
    server.stop();
}

#[test]
fn rules_and_programs_are_checked_and_tried_without_storing_anything() {
    let (temporary, _) = folder();
    let home = temporary.path();
    let file = |name: &str, text: &str| {
        std::fs::write(home.join(name), text).expect("written");
        home.join(name)
    };
    let right = file("right.vrl", "if .path == \"/health\" { abort }\n.user.id = del(.usr)\n");
    let wrong = file("wrong.vrl", ".a = 1\n.b = parse_jsn(.message)\n");
    let log = file("app.jsonl", &requests(0, 7));
    assert!(run(dendro(["transform", "check"]).arg(&right)).exits(0).out.contains("compiles"));
    let told = run(dendro(["transform", "check"]).arg(&wrong)).exits(2).err;
    for part in ["wrong.vrl: line 2:", "undefined function", "^^^^^^^^^", "parse_json"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let tried = run(dendro(["transform", "try"]).arg(&right).arg(&log).args(["-n", "2"])).exits(0).out;
    for part in
        ["1  request 0", "filtered", "2  request 1", "- usr: 1", "+ user.id: 1", "7 records: 2 filtered, 0 sampled_out, 0 failed"]
    {
        assert!(tried.contains(part), "{part} in {tried}");
    }
    assert!(!tried.contains("request 2"), "{tried}");
    let rules = file("rules.toml", "[[rule]]\nprogram = \"right.vrl\"\n[[rule]]\nprogram = \"wrong.vrl\"\n");
    let told = run(dendro(["transform", "check"]).arg(&rules)).exits(2).err;
    assert!(told.contains("rules.toml: wrong.vrl: line 2:"), "{told}");
    run(dendro(["transform", "try"]).arg(home.join("none.vrl")).arg(&log)).exits(4);
    run(dendro(["transform", "try"]).arg(&right).arg(home.join("none.jsonl"))).exits(4);
}
