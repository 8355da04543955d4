//! Builds the Wasm of the runtime; `SKIP_WASM_BUILD=1` leaves it out (native checks and lints do not need it).

fn main() {
    #[cfg(feature = "std")]
    {
        // A dev node's Wasm is built far more often than it runs: link-time optimisation and the higher levels would cost
        // more than they save. ARCHITECTURE.md has the measurements. These reach the nested build alone.
        std::env::set_var("CARGO_PROFILE_RELEASE_LTO", "off");
        std::env::set_var("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        // The lock file lies there; without it the Wasm would be built from other versions than the rest.
        std::env::set_var("WASM_BUILD_WORKSPACE_HINT", concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        std::env::remove_var("RUSTC_WORKSPACE_WRAPPER");
        substrate_wasm_builder::WasmBuilder::build_using_defaults();
    }
}
