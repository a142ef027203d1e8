//! rolecall for Python: Arrow tables in, Arrow tables out.
//!
//! | module | what it does |
//! |---|---|
//! | `arrow` | takes Arrow data from any Python object, and gives it to any |
//! | `text` | checks that what is read as text is text, where it lies |
//! | `parallel` | tags the batches of a table on all cores, in order |
//! | `stream` | tags the batches of a stream as they are asked for |
//! | `answer` | the answer for one posting as Python values |
//! | `classifier` | the class that Python sees |
//! | `demand` | counts of tagged tables and files |
//! | `running` | long work that Ctrl-C and the end of Python can stop |
//! | `error` | the library's errors as Python exceptions |

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(clippy::unwrap_used, clippy::panic)]

mod answer;
mod arrow;
mod classifier;
mod demand;
mod error;
mod parallel;
mod running;
mod stream;
mod text;

use pyo3::prelude::*;

/// The native part of rolecall.
#[pymodule]
mod _rolecall {
    #[pymodule_export]
    use super::arrow::{ArrowStream, ArrowTable};
    #[pymodule_export]
    use super::classifier::NativeClassifier;
    #[pymodule_export]
    use super::demand::{demand_of_files, demand_of_table};
    #[pymodule_export]
    use super::error::RolecallError;
    #[pymodule_export]
    use super::running::{close, forked};

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("TAG_COLUMNS", super::classifier::tag_columns())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
