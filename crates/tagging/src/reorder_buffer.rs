//! Writes what threads finish in any order in the order of the input.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

/// Takes numbered pieces from many threads and hands them on one by one, by number from 0.
///
/// A piece that comes early waits in memory while there is room for it; a thread that finds no
/// room waits itself. So memory is bounded by the room, whatever the input.
pub(super) struct ReorderBuffer<T, S> {
    state: Mutex<State<T, S>>,
    moved_on: Condvar,
    room: usize,
}

struct State<T, S> {
    next: u64,
    early: BTreeMap<u64, T>,
    sink: S,
    stopped: bool,
}

impl<T, S> ReorderBuffer<T, S> {
    /// Hands pieces on to `sink`; at most `room` wait for their turn.
    pub(super) fn new(sink: S, room: usize) -> Self {
        let state = State { next: 0, early: BTreeMap::new(), sink, stopped: false };
        Self { state: Mutex::new(state), moved_on: Condvar::new(), room }
    }

    /// Hands on a piece with `write`, now or when its turn comes. Returns false after an error of
    /// any thread's `write`, or after [`stop`](Self::stop): then no more pieces are wanted.
    pub(super) fn put<E>(
        &self,
        number: u64,
        piece: T,
        mut write: impl FnMut(&mut S, T) -> Result<(), E>,
    ) -> Result<bool, E> {
        // A thread that panicked has stopped the batch; its state is not used any more.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.stopped && number != state.next && state.early.len() >= self.room {
            state = self.moved_on.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped {
            return Ok(false);
        }
        state.early.insert(number, piece);
        loop {
            let next = state.next;
            let Some(piece) = state.early.remove(&next) else { break };
            if let Err(error) = write(&mut state.sink, piece) {
                state.stopped = true;
                self.moved_on.notify_all();
                return Err(error);
            }
            state.next += 1;
        }
        self.moved_on.notify_all();
        Ok(true)
    }

    /// Tells all threads that no more pieces are wanted.
    pub(super) fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.moved_on.notify_all();
    }
}

/// Does something if the thread that has it panics: tells the others, which would wait for ever.
pub(super) struct OnPanic<F: Fn()>(
    /// What is done.
    pub(super) F,
);

impl<F: Fn()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn pieces_come_out_in_order() {
        let ordered = ReorderBuffer::new(Vec::new(), 2);
        let next = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= 1000 {
                            return;
                        }
                        if number.is_multiple_of(7) {
                            std::thread::yield_now();
                        }
                        let write = |sink: &mut Vec<u64>, piece| {
                            sink.push(piece);
                            Ok::<_, ()>(())
                        };
                        assert_eq!(ordered.put(number, number, write), Ok(true));
                    }
                });
            }
        });
        assert_eq!(ordered.state.into_inner().unwrap().sink, (0..1000).collect::<Vec<_>>());
    }

    /// Counts to 100 on four threads, of which one panics in `work` or in `write` at number 7.
    fn panicking(at_work: bool) -> std::thread::Result<()> {
        let ordered = ReorderBuffer::new((), 1);
        let next = AtomicU64::new(0);
        let fail = |number, is_here: bool| assert!(!(number == 7 && is_here), "seven");
        let work = || {
            let _guard = OnPanic(|| ordered.stop());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= 100 {
                    return;
                }
                fail(number, at_work);
                let write = |(): &mut (), ()| {
                    fail(number, !at_work);
                    Ok::<_, ()>(())
                };
                if ordered.put(number, (), write) != Ok(true) {
                    return;
                }
            }
        };
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
                // The first panic goes on, when all have ended.
                let ended: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
                if let Some(panic) = ended.into_iter().find_map(Result::err) {
                    std::panic::resume_unwind(panic);
                }
            });
        }))
    }

    #[test]
    fn a_panic_of_one_thread_ends_the_others() {
        assert!(panicking(true).is_err());
        assert!(panicking(false).is_err());
    }

    #[test]
    fn an_error_stops_everyone() {
        let ordered = ReorderBuffer::new((), 1);
        std::thread::scope(|scope| {
            let early = scope.spawn(|| {
                ordered.put(2, (), |(), ()| Ok::<_, &str>(())).unwrap();
                ordered.put(3, (), |(), ()| Ok::<_, &str>(()))
            });
            assert_eq!(ordered.put(0, (), |(), ()| Err("full")), Err("full"));
            assert_eq!(early.join().unwrap(), Ok(false));
        });
        assert_eq!(ordered.put(1, (), |(), ()| Ok::<_, &str>(())), Ok(false));
    }
}
