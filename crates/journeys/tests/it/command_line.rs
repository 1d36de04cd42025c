use crate::harness::{Server, dendro, folder, lines, run};

/// A wrong query is shown with a caret under the fault, what was expected, and exit code 2; with and without a server.
#[tokio::test]
async fn a_wrong_query_is_pointed_at() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    server.ingest(&lines("a", 0..1)).await;
    let check = |args: &[&str], caret_under: &str| {
        for place in [["--url", &server.url], ["--data", data.to_str().expect("path")]] {
            let done = run(dendro(args).args(place)).exits(2);
            let shown: Vec<&str> = done.err.lines().collect();
            let caret = shown.iter().position(|line| line.trim() == "^").unwrap_or_else(|| panic!("no caret: {}", done.err));
            let column = shown[caret].find('^').expect("caret");
            assert!(shown[caret - 1][column..].starts_with(caret_under), "{}", done.err);
            assert!(done.err.starts_with("error: "), "{}", done.err);
        }
    };
    check(&["search", "error AND (paid"], "");
    check(&["search", "paid | stast count()"], "stast");
    check(&["search", "paid | sort"], "");
}

/// Column names that do not exist are told, not answered with nothing.
#[tokio::test]
async fn a_wrong_statement_is_told() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    server.ingest(&lines("a", 0..1)).await;
    let done = run(&mut dendro(["sql", "SELECT sauce FROM logs", "--url", &server.url])).exits(2);
    assert!(done.err.contains("sauce"), "{}", done.err);
    run(&mut dendro(["sql", "DROP TABLE logs", "--url", &server.url])).exits(2);
}

#[test]
fn usage_and_absence_have_their_exit_codes() {
    let (temporary, _) = folder();
    let missing = temporary.path().join("missing.log");
    run(&mut dendro(["serach"])).exits(2);
    run(&mut dendro(["search", "a", "--since", "yesterdayish"])).exits(2);
    run(dendro(["ingest"]).arg(&missing).arg("--data").arg(temporary.path().join("data"))).exits(4);
    // Port 1 of loopback: nobody listens there.
    run(&mut dendro(["search", "a", "--url", "http://127.0.0.1:1"])).exits(5);
    run(dendro(["check", "--data"]).arg(&missing)).exits(4);
}

#[test]
fn help_teaches_and_colours_stay_on_terminals() {
    for command in
        ["serve", "ingest", "search", "sql", "tail", "check", "compact", "expire", "restore", "vacuum", "demo", "completions"]
    {
        let help = run(&mut dendro(["help", command])).exits(0);
        assert!(help.out.contains("Usage: dendro"), "{command}");
        assert!(!help.out.contains('\x1b'), "{command}: colours in a pipe");
    }
    let tour = run(&mut dendro(["--help"])).exits(0);
    assert!(tour.out.contains("Exit codes:") && tour.out.contains("dendro demo"));
    let completions = run(&mut dendro(["completions", "bash"])).exits(0);
    assert!(completions.out.contains("dendro"));
}

/// A token opens the door; without it the answer is "not allowed".
#[tokio::test]
async fn a_token_is_asked_for() {
    let (temporary, data) = folder();
    let token_file = temporary.path().join("token");
    std::fs::write(&token_file, "0123456789abcdef0123456789abcdef\n").expect("write");
    let token = token_file.to_str().expect("path");
    let server = Server::start_with(&data, &["--token-file", token]);
    run(&mut dendro(["sql", "SELECT 1 AS one", "--url", &server.url])).exits(3);
    let done = run(&mut dendro(["sql", "SELECT 1 AS one", "-o", "raw", "--url", &server.url, "--token-file", token])).exits(0);
    assert_eq!(done.out, "1\n");
}
