use std::fs;

use crate::harness::{dendro, folder, run};

/// Flag beats environment beats file beats default; `--print-config` shows which it was.
#[test]
fn settings_come_from_flag_environment_file_and_default() {
    let (temporary, _) = folder();
    let file = temporary.path().join("dendro.toml");
    fs::write(&file, "seal_after = \"7s\"\nnode = 3\nretention = \"30d\"\n").expect("write");
    let mut command = dendro(["serve", "--print-config", "--retention", "90d", "--config"]);
    let printed = run(command.arg(&file).env("DENDRO_NODE", "4").env("DENDRO_RETENTION", "60d")).exits(0).out;
    for expected in [
        "retention = \"90d\"",
        "node = \"4\"",
        "seal_after = \"7s\"",
        "# listen = \"127.0.0.1:4480\"",
        "from: flag",
        "from: environment",
        "from: file",
        "from: default",
    ] {
        assert!(printed.contains(expected), "{expected} is missing in\n{printed}");
    }
    // What is printed is a settings file.
    fs::write(&file, &printed).expect("write");
    let again = run(dendro(["serve", "--print-config", "--config"]).arg(&file)).exits(0).out;
    assert!(again.contains("node = \"4\"") && again.contains("retention = \"90d\""), "{again}");
}

/// All problems are told together, and nothing starts.
#[test]
fn wrong_settings_are_told_together() {
    let (temporary, _) = folder();
    let file = temporary.path().join("dendro.toml");
    fs::write(&file, "seal_aftr = \"7s\"\nseal_bytes = \"many\"\n").expect("write");
    let mut command = dendro(["serve", "--print-config", "--node", "9999", "--listen", "0.0.0.0:80", "--config"]);
    command.env("DENDRO_SYSLOG", "udp://0.0.0.0:514 514").env("DENDRO_RELP", "udp://127.0.0.1:1");
    command.env("DENDRO_HOOKS", "pay=standard@env:PAY_SECRET").env("PAY_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    command.env("DENDRO_KEY_MEMORY", "9m");
    let told = run(command.arg(&file).env("DENDRO_COMPAKT", "1")).exits(2).err;
    for expected in [
        "did you mean `seal_after`",
        "seal_bytes (file): expected a size such as 64MiB or 2GiB, found `many`",
        "node: 9999 is not within 0 to 4095",
        "0.0.0.0:80 can be reached from other machines, which needs token_file, tls_cert and tls_key",
        "unknown setting `DENDRO_COMPAKT`",
        "syslog: udp://0.0.0.0:514 can be reached from other machines",
        "found `514`",
        "relp: it is not spoken over udp://127.0.0.1:1",
        "key_memory must be at least 10m with hooks",
    ] {
        assert!(told.contains(expected), "{expected} is missing in\n{told}");
    }
}
