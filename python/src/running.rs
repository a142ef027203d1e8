//! Long work, without Python's lock, that Ctrl-C and the end of Python can stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;

use crate::error::RolecallError;

/// How often it is looked whether Ctrl-C was pressed.
const PATIENCE: Duration = Duration::from_millis(50);

/// What runs, and whether Python ends.
#[derive(Debug)]
struct State {
    running: usize,
    is_closed: bool,
}

static STATE: Mutex<State> = Mutex::new(State { running: 0, is_closed: false });
static LESS: Condvar = Condvar::new();
static CLOSED: AtomicBool = AtomicBool::new(false);

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells work that it is to stop.
#[derive(Debug, Default)]
pub(crate) struct Stop(AtomicBool);

impl Stop {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed) || CLOSED.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Counts what runs. It must be dropped with Python's lock held: a thread that waits for the lock
/// when Python has ended is killed, and takes the process with it.
struct Running;

impl Running {
    fn enter() -> PyResult<Self> {
        let mut state = state();
        if state.is_closed {
            return Err(RolecallError::new_err("Python is shutting down; nothing can be tagged"));
        }
        state.running += 1;
        Ok(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        state().running -= 1;
        LESS.notify_all();
    }
}

/// Does short work without Python's lock.
pub(crate) fn unlocked<T: Send>(py: Python<'_>, work: impl Send + FnOnce() -> T) -> PyResult<T> {
    let _running = Running::enter()?;
    Ok(py.detach(work))
}

/// Does long work on another thread without Python's lock; Ctrl-C stops it and is raised.
pub(crate) fn stoppable<T: Send>(
    py: Python<'_>,
    work: impl Send + FnOnce(&Stop) -> T,
) -> PyResult<T> {
    let _running = Running::enter()?;
    let stop = Stop::default();
    py.detach(|| {
        std::thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            let worker = scope.spawn(|| {
                // Dropped at the end, also if the work panics.
                let _done = done;
                work(&stop)
            });
            let mut signal = Ok(());
            while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(PATIENCE) {
                if signal.is_ok() && !stop.is_set() {
                    signal = Python::attach(|py| py.check_signals());
                    if signal.is_err() {
                        stop.set();
                    }
                }
            }
            match worker.join() {
                Ok(result) => signal.map(|()| result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    })
}

/// Forgets what runs: a process that was forked has none of the threads. Called in the new process.
#[pyfunction]
#[pyo3(name = "_forked")]
pub(crate) fn forked() {
    // Another thread may have held the lock; it will never let it go.
    if let Ok(mut state) = STATE.try_lock() {
        state.running = 0;
    }
}

/// Stops all work, and waits until it has stopped. Called when Python ends.
#[pyfunction]
#[pyo3(name = "_close")]
pub(crate) fn close(py: Python<'_>) {
    py.detach(|| {
        let mut state = state();
        state.is_closed = true;
        CLOSED.store(true, Ordering::Relaxed);
        while state.running > 0 {
            state = LESS.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    });
}
