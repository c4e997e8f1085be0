//! Computing what a plan lacks, independent results side by side.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use dragfx_engine::{Cancel, StepReport};

use super::cache::Found;
use super::plan::{Plan, Task};
use super::ways::Begun;
use super::{Evaluator, Event, Happening, Observer, Origin};
use crate::error::{EvalError, NodeError};
use crate::hashes::lock;
use crate::operator::{Job, Progress};
use crate::value::{PortType, Value};

/// Where a task of the plan is.
#[derive(Clone)]
enum State {
    /// Nothing that has to be computed needs it.
    Unneeded,
    /// It waits for that many others.
    Waiting(usize),
    /// Its value; it goes when nobody needs it any more.
    Done(Value),
    /// It had a value.
    Gone,
    /// It has none.
    Failed(EvalError),
}

/// A run in progress, shared by its threads.
struct Run<'a> {
    evaluator: &'a Evaluator,
    plan: &'a Plan,
    observer: &'a dyn Observer,
    cancel: &'a Cancel,
    /// The tasks that read each task.
    readers: Vec<Vec<usize>>,
    total: usize,
    completed: AtomicUsize,
    board: Mutex<Board>,
    changed: Condvar,
}

/// What the threads write on.
struct Board {
    states: Vec<State>,
    /// How many tasks and targets still want the value of each task.
    wanted: Vec<usize>,
    ready: VecDeque<usize>,
    /// Tasks that are not done or failed yet.
    left: usize,
}

pub(super) fn run(
    evaluator: &Evaluator,
    plan: &Plan,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Vec<Result<Value, EvalError>> {
    let run = Run::prepare(evaluator, plan, observer, cancel);
    let helpers = evaluator.threads.min(run.total).saturating_sub(1);
    std::thread::scope(|scope| {
        (0..helpers).for_each(|_| {
            scope.spawn(|| run.work());
        });
        run.work();
    });
    let board = run.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    let value = |&task: &usize| match &board.states[task] {
        State::Done(value) => Ok(value.clone()),
        State::Failed(error) => Err(error.clone()),
        State::Unneeded | State::Waiting(_) | State::Gone => unreachable!("targets are computed and kept"),
    };
    plan.targets.iter().map(|target| target.as_ref().map_err(Clone::clone).and_then(value)).collect()
}

impl<'a> Run<'a> {
    /// Finds out what has to be computed, from the targets back to what is cached.
    fn prepare(evaluator: &'a Evaluator, plan: &'a Plan, observer: &'a dyn Observer, cancel: &'a Cancel) -> Self {
        let count = plan.tasks.len();
        let mut states = vec![State::Unneeded; count];
        let (mut wanted, mut readers) = (vec![0; count], vec![Vec::new(); count]);
        let mut found = Vec::new();
        for &target in plan.targets.iter().flatten() {
            wanted[target] += 1;
        }
        // A task comes after all that it reads: backwards, all readers of a task are seen before it.
        for index in (0..count).rev() {
            if wanted[index] == 0 {
                continue;
            }
            let task = &plan.tasks[index];
            if let Some((value, origin)) = evaluator.cached(task) {
                states[index] = State::Done(value);
                found.push((index, origin));
                continue;
            }
            let needs = task.needs();
            states[index] = State::Waiting(needs.len());
            for need in needs {
                wanted[need] += 1;
                readers[need].push(index);
            }
        }
        // What was found needs nothing of what others wait for.
        for &(index, _) in &found {
            for &reader in &readers[index] {
                if let State::Waiting(left) = &mut states[reader] {
                    *left -= 1;
                }
            }
        }
        let ready: VecDeque<usize> = (0..count).filter(|&i| matches!(states[i], State::Waiting(0))).collect();
        let left = states.iter().filter(|state| matches!(state, State::Waiting(_))).count();
        let total = left + found.len();
        let board = Mutex::new(Board { states, wanted, ready, left });
        let completed = AtomicUsize::new(0);
        let run = Self { evaluator, plan, observer, cancel, readers, total, completed, board, changed: Condvar::new() };
        for (index, from) in found {
            run.finished(index, from, 0.0);
        }
        run
    }

    /// Computes tasks as long as there are any.
    fn work(&self) {
        let mut board = lock(&self.board);
        loop {
            if board.left == 0 {
                return;
            }
            let Some(index) = board.ready.pop_front() else {
                board = self.changed.wait(board).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let reads = self.reads(&board, index);
            drop(board);
            let task = &self.plan.tasks[index];
            // Whatever panics, a node or who looks on, the others must not wait for it for ever.
            let computed = catch_unwind(AssertUnwindSafe(|| self.compute(index, reads)));
            let result = computed.unwrap_or_else(|panic| Err(task.failed(NodeError::panicked(panic.as_ref()))));
            let error = result.as_ref().err().cloned();
            board = lock(&self.board);
            let failed = self.settle(&mut board, index, result);
            self.changed.notify_all();
            if let Some(error) = error {
                drop(board);
                let tell = |index: &usize| self.tell(*index, Happening::Failed(&error));
                let _ = catch_unwind(AssertUnwindSafe(|| failed.iter().for_each(tell)));
                board = lock(&self.board);
            }
        }
    }

    /// The values that a task reads.
    fn reads(&self, board: &Board, index: usize) -> Reads {
        let task = &self.plan.tasks[index];
        let value = |&task: &usize| match &board.states[task] {
            State::Done(value) => value.clone(),
            _ => unreachable!("a task is ready when all that it reads is there"),
        };
        let inputs =
            task.inputs.iter().map(|(id, frame, tasks)| (id.clone(), *frame, tasks.iter().map(value).collect()));
        let own = task.own.iter().map(|(id, frame, task)| (id.clone(), *frame, value(task)));
        Reads { inputs: inputs.collect(), own: own.collect() }
    }

    /// The value of a task, computed here or by whoever else is at it.
    fn compute(&self, index: usize, reads: Reads) -> Result<Value, EvalError> {
        let task = &self.plan.tasks[index];
        let clock = Instant::now();
        let claim = match self.evaluator.cache.claim(task.fingerprint, self.cancel) {
            Found::Value(value) => {
                self.finished(index, Origin::Memory, clock.elapsed().as_secs_f64());
                return Ok(value);
            }
            Found::Cancelled => return Err(task.failed(NodeError::Cancelled)),
            Found::Nothing(claim) => claim,
        };
        self.tell(index, Happening::Started);
        let reporter = Reporter { run: self, index };
        let job = Job {
            params: &task.params,
            frame: task.frame,
            frames: self.plan.timeline,
            folder: &self.plan.folder,
            inputs: reads.inputs,
            own: reads.own,
            references: &self.plan.models,
            models: &self.evaluator.models,
            cancel: self.cancel,
            progress: &reporter,
            begun: task.way.map(|way| Begun { ways: &self.evaluator.ways, way }),
        };
        let value = task.operator.evaluate(&task.output, &job).map_err(|cause| task.failed(cause))?;
        // What was planned with one content must not be known as the result of another one.
        let changed = |(path, hash): &&(PathBuf, Option<String>)| self.evaluator.models.content_hash(path) != *hash;
        if let Some((path, _)) = task.files.iter().find(changed) {
            return Err(task.failed(NodeError::FileChanged { path: path.clone() }));
        }
        claim.fulfil(&value);
        if let (Some(disk), Value::Trajectory(trajectory)) = (&self.evaluator.disk, &value) {
            disk.put(&task.fingerprint, trajectory);
        }
        self.finished(index, Origin::Computed, clock.elapsed().as_secs_f64());
        Ok(value)
    }

    /// Notes the result of a task, and what follows from it for others; gives the tasks that failed.
    fn settle(&self, board: &mut Board, index: usize, result: Result<Value, EvalError>) -> Vec<usize> {
        board.left -= 1;
        for need in self.plan.tasks[index].needs() {
            board.release(need);
        }
        match result {
            Ok(value) => {
                // What read it may have failed meanwhile.
                board.states[index] = if board.wanted[index] > 0 { State::Done(value) } else { State::Gone };
                for &reader in &self.readers[index] {
                    if let State::Waiting(left) = &mut board.states[reader] {
                        *left -= 1;
                        if *left == 0 {
                            board.ready.push_back(reader);
                        }
                    }
                }
                Vec::new()
            }
            Err(error) => self.fail(board, index, &error),
        }
    }

    /// Everything that reads a failed task fails with it.
    fn fail(&self, board: &mut Board, index: usize, error: &EvalError) -> Vec<usize> {
        let mut failed = vec![index];
        board.states[index] = State::Failed(error.clone());
        let mut open = self.readers[index].clone();
        while let Some(reader) = open.pop() {
            if let State::Waiting(_) = board.states[reader] {
                board.left -= 1;
                board.states[reader] = State::Failed(error.clone());
                for need in self.plan.tasks[reader].needs() {
                    board.release(need);
                }
                failed.push(reader);
                open.extend(&self.readers[reader]);
            }
        }
        failed
    }

    fn finished(&self, index: usize, from: Origin, seconds: f64) {
        self.completed.fetch_add(1, Ordering::Relaxed);
        self.tell(index, Happening::Finished { from, seconds });
    }

    fn tell(&self, index: usize, what: Happening<'_>) {
        let completed = self.completed.load(Ordering::Relaxed);
        let Task { node, output, frame, fingerprint, .. } = &self.plan.tasks[index];
        let (node, frame, fingerprint, total) = (*node, *frame, *fingerprint, self.total);
        self.observer.event(&Event { node, output, frame, fingerprint, completed, total, what });
    }
}

/// The values that a task reads.
struct Reads {
    inputs: Vec<(String, f64, Vec<Value>)>,
    own: Vec<(String, f64, Value)>,
}

impl Board {
    /// One less wants the value of a task.
    fn release(&mut self, index: usize) {
        self.wanted[index] -= 1;
        if self.wanted[index] == 0
            && let State::Done(_) = self.states[index]
        {
            self.states[index] = State::Gone;
        }
    }
}

impl Task {
    /// The tasks that it reads; one that is read twice stands there twice.
    pub(super) fn needs(&self) -> Vec<usize> {
        let inputs = self.inputs.iter().flat_map(|(.., tasks)| tasks.iter().copied());
        inputs.chain(self.own.iter().map(|(.., task)| *task)).collect()
    }

    /// The type of its output; only outputs that are declared are planned.
    pub(super) fn port_type(&self) -> PortType {
        self.operator.decl().find_output(&self.output).expect("a declared output").port_type
    }

    fn failed(&self, cause: NodeError) -> EvalError {
        let Self { name, output, frame, .. } = self;
        EvalError { node: name.clone(), output: output.clone(), frame: *frame, cause: Arc::new(cause) }
    }
}

impl Evaluator {
    /// The value of a task that is in memory or on the disk.
    pub(super) fn cached(&self, task: &Task) -> Option<(Value, Origin)> {
        let memory = [Some(&self.cache), self.base.as_ref()];
        if let Some(value) = memory.into_iter().flatten().find_map(|cache| cache.get(&task.fingerprint)) {
            return Some((value, Origin::Memory));
        }
        let kept = task.port_type() == PortType::Trajectory;
        let value = self.disk.as_ref().filter(|_| kept)?.get(&task.fingerprint)?;
        // From now on it is in memory: scrubbing asks for it frame by frame.
        self.cache.insert(task.fingerprint, &value);
        Some((value, Origin::Disk))
    }
}

/// Passes what a node tells on to the observer.
struct Reporter<'a> {
    run: &'a Run<'a>,
    index: usize,
}

impl Progress for Reporter<'_> {
    fn part(&self, done: f64, what: &str) {
        self.run.tell(self.index, Happening::Part { done, what });
    }

    fn interim(&self, value: Value) {
        self.run.tell(self.index, Happening::Interim(value));
    }

    fn step(&self, report: &StepReport) {
        self.run.tell(self.index, Happening::Step(report));
    }
}
