//! How the program ends.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use rolecall::text::printable;
use rolecall_tagging::BatchError;

use super::advice;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Done,
    RowsSetAside,
    Failed,
    /// By Ctrl-C or a signal: 128 and the number of the signal, as shells have it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::from(0),
            Exit::RowsSetAside => Self::from(1),
            Exit::Failed => Self::from(2),
            Exit::Interrupted => Self::from(130),
        }
    }
}

/// Tells whether the reader of standard output went away, as `head` does when it has enough.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
            || cause.downcast_ref::<BatchError>().is_some_and(BatchError::is_closed_pipe)
    })
}

/// Tells whether the program was told to stop.
pub(super) fn is_interrupted(error: &anyhow::Error) -> bool {
    let stopped = |error: &BatchError| matches!(error, BatchError::Stopped { .. });
    error.chain().any(|cause| advice::batch_error(cause).is_some_and(stopped))
}

/// Prints an error with its causes as one line.
pub(super) fn report(error: &anyhow::Error) {
    // Errors of the library tell their cause themselves, so that it is not told twice.
    let line = error.chain().map(ToString::to_string).reduce(|line, cause| {
        if line.ends_with(&cause) { line } else { format!("{line}: {cause}") }
    });
    let line = line.unwrap_or_default() + &advice::on(error).unwrap_or_default();
    let line: Vec<_> = line.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty()).collect();
    let line = line.join("; ");
    // Where standard error is closed, nobody is there to be told.
    let _ = writeln!(anstream::stderr(), "rolecall: {}", printable(&line));
}
