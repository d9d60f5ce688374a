//! Lets the browser's half be split into parts: the splitter moves functions by the linker's relocations, so the linker must
//! leave them in the module. The build tool removes them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg=--emit-relocs");
    }
}
