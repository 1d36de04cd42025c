use super::*;

#[test]
fn versions_of_node() {
    assert_eq!(version("v20.19.2\n"), Some((20, 19)));
    assert!(version("v20.9.0") < Some(NODE_MIN));
    assert!(version("v24.0.0") > Some(NODE_MIN));
    assert_eq!(version("20.19"), None);
    assert_eq!(version(""), None);
}

#[test]
fn what_differs_is_named() {
    let files = |all: &[(&str, &str)]| all.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let committed = files(&[("a", "1"), ("b", "1"), ("old", "1")]);
    assert_eq!(differences(&committed, &files(&[("a", "1"), ("b", "2"), ("new", "1")])), ["b", "new", "old"]);
    assert!(differences(&committed, &committed).is_empty());
}
