//! Read, work, take in order: the threads.

use std::sync::{Mutex, PoisonError};

use super::BatchError;
use super::input::{Input, Portion};
use super::progress::Progress;
use super::reorder_buffer::{OnPanic, ReorderBuffer};

/// Threads take turns to read a portion of an input, work on it by themselves, and take turns to hand on what came
/// of it: in the order of the input, whatever the number of threads.
///
/// `worker` makes the worker of a thread, which gets the number of a portion from 0 and the portion; `take` gets
/// the sink and what the worker made. `stopped` is called when no more is wanted, so that workers that wait for
/// each other go on.
///
/// # Errors
///
/// Returns the first error of reading, of a worker or of `take`; and one if `progress` says that the run is
/// stopped. What was read before a part that can't be read is handed on.
pub fn run_in_order<W, T, S, E>(
    input: Input,
    threads: usize,
    progress: &dyn Progress,
    worker: impl Fn() -> W + Sync,
    sink: S,
    take: impl Fn(&mut S, T) -> Result<(), E> + Sync,
    stopped: impl Fn() + Sync,
) -> Result<(), E>
where
    W: FnMut(u64, Portion) -> Result<T, E>,
    T: Send,
    S: Send,
    E: From<BatchError> + Send,
{
    let threads = threads.max(1);
    let source = Mutex::new((0, Some(input)));
    let ordered = ReorderBuffer::new(sink, threads);
    let stop = || {
        ordered.stop();
        stopped();
    };
    let work = || -> Result<(), E> {
        let _guard = OnPanic(stop);
        let mut worker = worker();
        loop {
            if progress.is_stopped() {
                stop();
                return Err(BatchError::Stopped { resumable: false }.into());
            }
            let next = {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                let (number, input) = &mut *source;
                let next = input.as_mut().map_or(Ok(None), Input::next_portion);
                // After an error nobody reads on, but what was read before is taken.
                let portion = next.inspect_err(|_| *input = None).map_err(BatchError::from)?;
                *number += 1;
                portion.map(|portion| (*number - 1, portion))
            };
            let Some((number, portion)) = next else { return Ok(()) };
            let piece = worker(number, portion).inspect_err(|_| stop())?;
            if !ordered.put(number, piece, &take).inspect_err(|_| stop())? {
                return Ok(());
            }
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        // All are waited for before the first error is told.
        let all: Vec<_> = std::iter::once(mine).chain(others.into_iter().map(join)).collect();
        all.into_iter().collect()
    })
}
