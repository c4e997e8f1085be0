//! Damaged and hostile files give errors, never a panic, and never cost more than 256 MiB.
//!
//! The memory is measured honestly: each corpus runs in a child process whose whole address space the operating
//! system caps at 256 MiB (on Linux), so an allocation beyond that aborts the child and fails the test.

#![allow(clippy::print_stdout, reason = "the child reports through its output")]

mod checkpoint_support;

use std::process::Command;
use std::time::{Duration, Instant};

use checkpoint_support::hostile::{self, Expect};
use checkpoint_support::mutate::{self, Random};
use checkpoint_support::{data, read_all};
use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::checkpoint::{Checkpoint, CheckpointError};
use dragfx_export::latent_file::decode_latent;

/// Tells the test binary that it is a child, and which corpus to run.
const CORPUS: &str = "DRAGFX_CHECKPOINT_CORPUS";

/// The cap, in the unit of `ulimit -v`.
const CAP_KIB: u64 = 256 * 1024;

/// No file may keep the reader busy for longer; in practice the worst takes a tenth of this.
const MAX_TIME: Duration = Duration::from_secs(20);

#[test]
fn two_thousand_mutated_checkpoints() {
    let report = run_capped("mutated");
    assert!(report.contains("2000 mutated checkpoints"), "{report}");
}

#[test]
fn mutated_latents() {
    run_capped("latents");
}

#[test]
fn hostile_pickles() {
    run_capped("hostile");
}

#[test]
fn crashes_that_the_fuzzer_found() {
    run_capped("crashes");
}

#[test]
fn a_large_checkpoint_streams() {
    run_capped("large");
}

/// The child's part; alone it does nothing.
#[test]
fn corpus_child() {
    let Ok(corpus) = std::env::var(CORPUS) else { return };
    let report = match corpus.as_str() {
        "mutated" => mutated_checkpoints(),
        "latents" => latents(),
        "hostile" => hostile_files(),
        "crashes" => crashes(),
        "large" => large(),
        other => panic!("unknown corpus {other}"),
    };
    println!("{report}; {}", memory());
}

/// Runs this binary again with a capped address space, and returns what it printed.
fn run_capped(corpus: &str) -> String {
    let binary = std::env::current_exe().unwrap();
    let mut command = if cfg!(target_os = "linux") {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("ulimit -v {CAP_KIB} && exec \"$0\" \"$@\"")).arg(binary);
        shell
    } else {
        Command::new(binary)
    };
    // One thread and one heap: reserved but unused addresses would count.
    command.args(["corpus_child", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(CORPUS, corpus).env("MALLOC_ARENA_MAX", "1").env("RUST_BACKTRACE", "0");
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{corpus}: {}\n{text}", output.status);
    println!("{text}");
    text
}

/// Peak memory of this process, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmPeak") || line.starts_with("VmHWM"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

/// Opens and reads everything; slow is as bad as large.
fn open(name: &str, bytes: Vec<u8>, slowest: &mut (Duration, String)) -> Result<usize, CheckpointError> {
    let start = Instant::now();
    let result = Checkpoint::from_bytes(name, bytes).and_then(|checkpoint| read_all(&checkpoint));
    let time = start.elapsed();
    assert!(time < MAX_TIME, "{name} took {time:?}");
    if time > slowest.0 {
        *slowest = (time, name.to_owned());
    }
    result
}

fn mutated_checkpoints() -> String {
    let bases = mutate::checkpoints();
    let mut random = Random(0x5EED);
    let mut slowest = Default::default();
    let (mut opened, mut refused) = (0, 0);
    for index in 0..2000 {
        // The large fixture takes a turn now and then: most of it is numbers, where damage is invisible.
        let base = if index % 20 == 0 { 0 } else { 1 + index % (bases.len() - 1) };
        let (bytes, kind) = mutate::mutate(&bases, base, &mut random);
        match open(&format!("mutation {index} ({kind} of {base})"), bytes, &mut slowest) {
            Ok(_) => opened += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 500 && opened > 100, "{opened} opened, {refused} refused: the mutations miss their point");
    format!("2000 mutated checkpoints: {opened} opened, {refused} refused, slowest {slowest:?}")
}

fn latents() -> String {
    let bases = mutate::latents();
    let mut random = Random(0xFACE);
    let refused = (0..2000).filter(|index| {
        let (bytes, _) = mutate::mutate(&bases, index % bases.len(), &mut random);
        decode_latent(&bytes).is_err()
    });
    format!("2000 mutated latents: {} refused", refused.count())
}

fn hostile_files() -> String {
    let mut slowest = Default::default();
    let corpus = hostile::corpus();
    let count = corpus.len();
    let mut wrong = Vec::new();
    for (name, bytes, expected) in corpus {
        let found = open(name, bytes(), &mut slowest).map_err(|error| error.to_string());
        let as_expected = match (&found, expected) {
            (Err(error), Expect::Error(words)) => error.contains(words),
            (Ok(_), Expect::Opens) => true,
            _ => false,
        };
        if !as_expected {
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    format!("{count} hostile files, slowest {slowest:?}")
}

/// Each file once made the reader panic, for the reason in its name.
fn crashes() -> String {
    let files = std::fs::read_dir(data("crashes")).unwrap().map(|file| file.unwrap().path());
    let mut slowest = Default::default();
    let refused = files.filter(|file| {
        let bytes = std::fs::read(file).unwrap();
        decode_latent(&bytes).is_err() && open(&file.display().to_string(), bytes, &mut slowest).is_err()
    });
    format!("{} crashes refused", refused.count())
}

/// Configuration F at 1024x1024: 133 MB of weights, written and read a tensor at a time.
fn large() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.safetensors");
    let start = Instant::now();
    RandomGenerator::default().write(&path).unwrap();
    let written = start.elapsed();
    let checkpoint = Checkpoint::open(&path).unwrap();
    let values = read_all(&checkpoint).unwrap();
    assert_eq!(values, 33_166_748);
    let read = start.elapsed() - written;
    checkpoint.blake3().unwrap();
    let hashed = start.elapsed() - written - read;
    // The largest tensor that is read at all: 128 MiB, which leaves the other half of the cap unused.
    let wide = RandomGenerator {
        z_dim: 16_384,
        w_dim: 2_048,
        mapping_layers: 1,
        resolution: 8,
        channel_max: 1,
        ..RandomGenerator::default()
    };
    wide.write(&path).unwrap();
    read_all(&Checkpoint::open(&path).unwrap()).unwrap();
    format!("{values} values written in {written:?}, read in {read:?}, hashed in {hashed:?}")
}
