/// The same check as `cargo xtask tidy`, so that plain `cargo test` finds an untidy house too.
#[test]
fn the_house_is_as_it_is_drawn() {
    let problems = super::problems().expect("reading the workspace");
    assert!(problems.is_empty(), "not tidy:\n  - {}", problems.join("\n  - "));
}
