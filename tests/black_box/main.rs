//! The whole, from outside: the real binary over files, and what only whole files show of the library.

mod accounting;
mod ads;
mod architecture;

mod audit;
mod cli;
mod damaged;
mod demand;
mod demand_known;
mod dialects;
mod employer;
mod evaluate;
mod faults;
mod forms;
mod fuzz_corpus;
mod harness;
mod index;
mod json;
mod likeness;
mod paths;
mod polluted;
mod posting_forms;
mod real_postings;
mod report;
mod rows;
mod tables;
mod tag;
