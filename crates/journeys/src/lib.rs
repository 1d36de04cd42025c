//! Whole journeys with the real binary, on loopback.
//!
//! In: the built `dendro`. Out: nothing; the tests in `tests/it` are all there is.
//! Never: a link to any room (DataFusion would be linked a second time), a sleep for luck, a fixed port.
//! Begin with `tests/it/main.rs`.
