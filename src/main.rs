//! The binary: parse the command line, run.

fn main() -> std::process::ExitCode {
    customer_health::cli::main()
}
