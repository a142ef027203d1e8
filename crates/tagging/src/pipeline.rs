//! Read, tag, write: the threads.

use std::sync::{Mutex, PoisonError};

use rolecall::Classifier;
use rolecall_tables::Digested;

use super::BatchError;
use super::input::Input;
use super::progress::Progress;
use super::reorder_buffer::{OnPanic, ReorderBuffer};
use super::sink::Sink;
use super::worker::{Job, Worker};

/// Threads take turns to read a portion, tag it by themselves, and take turns to write it.
///
/// Every row of the input is written with its tags or set aside, in the order of the input; the
/// bytes do not depend on the number of threads. Returns the digest of the whole file.
pub(super) fn tag_input(
    classifier: &Classifier,
    input: Input,
    job: &Job<'_>,
    sink: &mut Sink<'_>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Digested, BatchError> {
    let threads = threads.max(1);
    let digest = input.digest();
    let source = Mutex::new((0, Some(input)));
    let ordered = ReorderBuffer::new(sink, threads);
    let stop = || {
        ordered.stop();
        if let Some(turn) = job.duplicates {
            turn.stop();
        }
    };
    let work = || -> Result<(), BatchError> {
        let _guard = OnPanic(stop);
        let mut worker = Worker::new(classifier, job);
        loop {
            if progress.is_stopped() {
                stop();
                return Err(BatchError::Stopped { resumable: false });
            }
            let next = {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                let (number, input) = &mut *source;
                let next = input.as_mut().map_or(Ok(None), Input::next_portion);
                // After an error nobody reads on, but what was read before is written.
                let portion = next.inspect_err(|_| *input = None)?;
                *number += 1;
                portion.map(|portion| (*number - 1, portion))
            };
            let Some((number, portion)) = next else { return Ok(()) };
            let piece = worker.tag(number, portion).inspect_err(|_| stop())?;
            let write = |sink: &mut &mut Sink<'_>, piece| sink.write(&piece, progress);
            if !ordered.put(number, piece, write).inspect_err(|_| stop())? {
                return Ok(());
            }
        }
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        std::iter::once(mine).chain(others.into_iter().map(join)).collect()
    });
    results.into_iter().collect::<Result<(), _>>()?;
    Ok(digest.now())
}
