//! A door: parse, run, exit code.

fn main() {}
