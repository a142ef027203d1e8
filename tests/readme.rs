//! README's transcripts are what the program prints.

/// Transcripts name files of the repository, so they run in its folder; this is the only test of its binary.
#[test]
fn readmes_transcripts_are_true() {
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).unwrap();
    trycmd::TestCases::new().case("README.md").case("docs/batch.md").case("docs/demand.md");
}
