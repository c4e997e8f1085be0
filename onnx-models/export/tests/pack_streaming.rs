//! Importing streams: its memory does not grow with the model, and every weight lies where the graphs say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::pack::{Manifest, WEIGHTS, import};
use dragfx_export::spec::Architecture;

/// Linux alone tells a process its peak memory in a file.
#[cfg(target_os = "linux")]
mod memory {
    use std::path::Path;

    use dragfx_export::checkpoint::random::RandomGenerator;
    use dragfx_export::pack::{WEIGHTS, import};

    const MIB: u64 = 1 << 20;

    /// A generator of 60 MiB and more whose largest tensor has 9 MiB.
    fn large() -> RandomGenerator {
        RandomGenerator { resolution: 32, mapping_layers: 4, ..RandomGenerator::default() }
    }

    /// The variables through which the parent tells the child what to import whereto.
    const CHECKPOINT: &str = "DRAGFX_TEST_IMPORT";
    const FOLDER: &str = "DRAGFX_TEST_IMPORT_TO";

    /// Not a test of its own: what [`an_import_holds_a_part_of_the_weights`] runs in a process of its own, whose peak memory
    /// is then the import's.
    #[test]
    fn import_in_a_child() {
        let Some((checkpoint, folder)) = std::env::var_os(CHECKPOINT).zip(std::env::var_os(FOLDER)) else { return };
        import(Path::new(&checkpoint), Path::new(&folder), &mut |_| ()).expect("the checkpoint is imported");
        let path = Path::new(&folder).join("peak");
        std::fs::write(path, peak().unwrap_or(0).to_string()).expect("written");
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "the figure is what the test shows")]
    fn an_import_holds_a_part_of_the_weights() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (checkpoint, pack) = (folder.path().join("large.safetensors"), folder.path().join("pack"));
        large().write(&checkpoint).expect("the checkpoint is written");
        let weights = std::fs::metadata(&checkpoint).expect("the checkpoint").len();
        assert!(weights >= 60 * MIB, "{weights} bytes are too few to tell");

        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"));
        child.args(["--exact", "memory::import_in_a_child", "--test-threads", "1"]);
        let output = child.env(CHECKPOINT, &checkpoint).env(FOLDER, &pack).output().expect("the child starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let peak = std::fs::read_to_string(pack.join("peak")).expect("the child's peak");
        let peak: u64 = peak.parse().expect("a number");
        let written = std::fs::metadata(pack.join(WEIGHTS)).expect("the weights").len();
        println!(
            "checkpoint {} MiB, {WEIGHTS} {} MiB, peak of the import {} MiB",
            weights / MIB,
            written / MIB,
            peak / MIB
        );
        assert!(peak > MIB, "a process has at least some memory: {peak}");
        // An import that held all weights at once, in one form only, would be past this.
        assert!(peak < weights, "importing {weights} bytes took {peak} bytes of memory");
    }

    /// The largest resident memory of this process in bytes, where the system keeps account of it.
    fn peak() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    }
}

#[test]
fn weights_lie_where_the_graphs_say() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let small = RandomGenerator {
        resolution: 64,
        channel_base: 1024,
        channel_max: 24,
        mapping_layers: 2,
        z_dim: 40,
        w_dim: 48,
        c_dim: 3,
        ..RandomGenerator::default()
    };
    let shapes = [
        ("skip", small.clone()),
        ("resnet", RandomGenerator { architecture: Architecture::Resnet, ..small.clone() }),
        ("orig", RandomGenerator { architecture: Architecture::Orig, img_channels: 1, resolution: 8, ..small }),
    ];
    for (name, generator) in shapes {
        let (checkpoint, pack) = (folder.path().join(format!("{name}.safetensors")), folder.path().join(name));
        generator.write(&checkpoint).expect("the checkpoint is written");
        import(&checkpoint, &pack, &mut |_| ()).expect("the checkpoint is imported");
        placements(&pack);
    }
}

/// Checks the places of all weights of a pack against each other and the file.
fn placements(pack: &Path) {
    let manifest = Manifest::read(pack).expect("a manifest");
    let bytes = std::fs::read(pack.join(WEIGHTS)).expect("the weights");
    // By first byte: the length, and who says so. Several graphs share a weight.
    let mut places: BTreeMap<u64, (u64, String)> = BTreeMap::new();
    let mut place = |offset: u64, length: u64, who: String| {
        let (before, other) = places.entry(offset).or_insert((length, who.clone()));
        assert_eq!(*before, length, "{who} and {other} begin at byte {offset}");
    };
    let mut graphs: Vec<PathBuf> = manifest.files.keys().map(|file| pack.join(file)).collect();
    graphs.retain(|path| path.extension().is_some_and(|extension| extension == "onnx"));
    assert!(graphs.len() >= 2 + 2 * manifest.drags.len(), "mapping, synthesis, and forward and backward of each tap");
    for path in graphs {
        let graph = std::fs::read(&path).expect("a graph");
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for external in externals(&graph) {
            assert_eq!(external.location, WEIGHTS, "{file}: {}", external.name);
            assert_eq!(external.data_type, 1, "{file}: {}: float32", external.name);
            let size = 4 * external.dims.iter().product::<u64>();
            assert_eq!(external.length, size, "{file}: {} of shape {:?}", external.name, external.dims);
            place(external.offset, external.length, format!("{file}: {}", external.name));
        }
    }
    for (name, noise) in &manifest.noise {
        assert_eq!(noise.length as usize, 4 * noise.shape.iter().product::<usize>(), "{name}");
        place(noise.offset, noise.length, name.clone());
    }

    let mut end = 0;
    for (&offset, (length, who)) in &places {
        assert!(offset >= end, "{who} at {offset} overlaps what ends at {end}");
        let align = if *length >= 4096 { 4096 } else { 64 };
        assert!(offset.is_multiple_of(align), "{who}: {length} bytes at {offset}");
        assert!(offset - end < align, "{} bytes before {who} belong to nobody", offset - end);
        let gap = bytes.get(end as usize..offset as usize).expect("inside the file");
        assert!(gap.iter().all(|&byte| byte == 0), "the gap before {who} is not empty");
        end = offset + length;
    }
    assert_eq!(end, bytes.len() as u64, "the file ends with its last weight");
    let finite = bytes.chunks_exact(4).all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite());
    assert!(finite, "every weight is a number");
}

/// A tensor of a graph whose numbers lie in another file.
#[derive(Debug, Default)]
struct External {
    name: String,
    dims: Vec<u64>,
    data_type: u64,
    location: String,
    offset: u64,
    length: u64,
}

/// The external tensors of an ONNX model, read from its bytes by the field numbers of `onnx.proto3`: a reader of its own
/// says more about a writer than the writer's types.
fn externals(model: &[u8]) -> Vec<External> {
    const GRAPH: u64 = 7;
    const INITIALIZER: u64 = 5;
    let graphs = fields(model).into_iter().filter(|(number, _)| *number == GRAPH);
    let tensors = graphs.flat_map(|(_, graph)| fields(graph.bytes())).filter(|(number, _)| *number == INITIALIZER);
    let tensors = tensors.map(|(_, tensor)| external(tensor.bytes()));
    tensors.filter(|tensor| !tensor.location.is_empty()).collect()
}

fn external(tensor: &[u8]) -> External {
    let mut found = External::default();
    for (number, field) in fields(tensor) {
        match (number, field) {
            (1, Field::Number(size)) => found.dims.push(size),
            // A packed list.
            (1, Field::Bytes(mut sizes)) => {
                while !sizes.is_empty() {
                    found.dims.push(number_of(&mut sizes));
                }
            }
            (2, Field::Number(data_type)) => found.data_type = data_type,
            (8, Field::Bytes(name)) => found.name = String::from_utf8_lossy(name).into_owned(),
            (13, Field::Bytes(entry)) => {
                let text = |wanted: u64| {
                    let entry = fields(entry).into_iter().find(|(number, _)| *number == wanted);
                    entry.map_or_else(String::new, |(_, text)| String::from_utf8_lossy(text.bytes()).into_owned())
                };
                match text(1).as_str() {
                    "location" => found.location = text(2),
                    "offset" => found.offset = text(2).parse().expect("a number"),
                    "length" => found.length = text(2).parse().expect("a number"),
                    other => panic!("{other:?} says nothing about where a tensor lies"),
                }
            }
            _ => (),
        }
    }
    found
}

/// A protobuf field: of wire type 0 or 2; the others hold nothing that is looked at here.
#[derive(Clone, Copy, Debug)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(_) => &[],
        }
    }
}

fn fields(mut message: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = number_of(&mut message);
        let skip = |message: &mut &[u8], count: usize| *message = &message[count..];
        match key & 7 {
            0 => found.push((key >> 3, Field::Number(number_of(&mut message)))),
            1 => skip(&mut message, 8),
            2 => {
                let length = number_of(&mut message) as usize;
                found.push((key >> 3, Field::Bytes(&message[..length])));
                skip(&mut message, length);
            }
            5 => skip(&mut message, 4),
            other => panic!("wire type {other} is no part of protobuf 3"),
        }
    }
    found
}

/// A variable-length integer, taken off the front.
fn number_of(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().expect("a whole number");
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number of more than 64 bits");
}
