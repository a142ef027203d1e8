//! Reads the objects of JSON files one after another, in bounded memory, and writes them.
//!
//! [`JsonLayout`] says where in a file the objects are, [`JsonReader`] cuts the file into chunks of
//! their raw bytes, [`JsonCells`] reads an object as cells under [`JsonColumns`].

mod cells;
mod columns;
mod find;
mod layout;
mod lexer;
mod names;
mod outline;
mod reader;
mod resume;
mod text;
mod tree;
mod window;
mod write;

pub use cells::JsonCells;
pub use columns::{JsonColumns, JsonRow};
pub use layout::{JsonLayout, JsonLayoutError};
pub use reader::JsonReader;
pub use tree::{JsonTree, MemberPath, member_key};
pub use write::{JsonValue, splice, write_object};
