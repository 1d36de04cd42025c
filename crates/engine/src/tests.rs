//! The engine over a real lake. Beside the units' own tests and not in a folder of its own, because every test executable
//! links DataFusion.

mod answers;
mod bounds;
mod damage;
mod house;
mod models;
mod newest;
mod oracle;
mod privacy;
mod rollup;
mod sql;
mod versions;
