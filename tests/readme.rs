//! README's transcripts are what the program prints.

#[test]
fn readmes_transcripts_are_true() {
    trycmd::TestCases::new().case("README.md").case("docs/batch.md").case("docs/demand.md");
}
