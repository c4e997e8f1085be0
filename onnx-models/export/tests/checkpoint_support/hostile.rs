//! Files written to hurt whoever opens them.

use super::pickle::{
    Number, Py, call, dict, dumps, ints, legacy_storage, rebuild, s, small_checkpoint, small_generator,
};

/// What must come of a hostile file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    /// An error with these words.
    Error(&'static str),
    /// The file is strange but harmless and complete.
    Opens,
}

type Case = (&'static str, Box<dyn Fn() -> Vec<u8>>, Expect);

pub(crate) fn corpus() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut add = |name, bytes: Box<dyn Fn() -> Vec<u8>>, expect| cases.push((name, bytes, expect));
    for (name, words) in CALLS {
        let (module, function) = name.rsplit_once('.').unwrap();
        add(
            name,
            Box::new(move || dumps(&call(module, function, vec![s("touch /tmp/owned")]), 4)),
            Expect::Error(words),
        );
    }
    let error = Expect::Error;
    add("a call beside a good network", Box::new(beside), error("calls `os.system`"));
    add("bytes of 8 EiB", raw(&[b"\x80\x04\x8E\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"]), error("is cut short"));
    add("text of 4 GiB", raw(&[b"\x80\x04X\xFF\xFF\xFF\xFF"]), error("is cut short"));
    add("a bytearray of 1 TiB", raw(&[b"\x80\x05\x96\x00\x00\x00\x00\x00\x01\x00\x00"]), error("is cut short"));
    add("an integer of 2 GiB", raw(&[b"\x80\x04\x8B\xFF\xFF\xFF\x7F"]), error("an integer of hundreds of digits"));
    add("a frame of 1 EiB", raw(&[b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x10N."]), error("is cut short"));
    add(
        "a name without end",
        Box::new(|| [b"\x80\x02c".to_vec(), vec![b'a'; 1 << 20]].concat()),
        error("a name without end"),
    );
    add("a safetensors header of 1 EiB", raw(&[b"\x00\x00\x00\x00\x00\x00\x00\x10{"]), error("of an unknown type"));
    add("a safetensors header of 60 MB", Box::new(long_header), error("a safetensors header of"));
    add("safetensors outside of the file", Box::new(outside), error("bytes are announced"));
    add("a safetensors header of 35,000 tensors", Box::new(many_tensors), error("header key format is missing"));
    add(
        "a zip directory of 160,000 entries",
        Box::new(many_entries),
        error("a zip archive that torch.save did not write"),
    );
    add("a zip directory of 60 MB", Box::new(long_directory), error("a zip directory of"));
    add(
        "a million nested lists",
        repeated(b"\x80\x04", b"]", 1_000_000, b"a", 999_999),
        error("objects need more memory"),
    );
    add(
        "half a million nested lists",
        repeated(b"\x80\x04", b"]", 500_000, b"a", 499_999),
        error("root is a list of 1"),
    );
    add(
        "a million nested tuples",
        repeated(b"\x80\x04)", b"\x85", 1_000_000, b"", 0),
        error("objects need more memory"),
    );
    add(
        "half a million nested tuples",
        repeated(b"\x80\x04)", b"\x85", 500_000, b"", 0),
        error("root is a tuple of 1"),
    );
    add("nested dictionaries", repeated(b"\x80\x04", b"}N", 300_000, b"}s", 299_999), error("is damaged"));
    add("marks without end", repeated(b"\x80\x04", b"(", 3_000_000, b"", 0), error("the pickle's nesting"));
    add("a stack without end", repeated(b"\x80\x04N", b"2", 3_000_000, b"", 0), error("the pickle's stack"));
    add("a memo without end", repeated(b"\x80\x04]", b"\x94", 3_900_000, b"", 0), error("objects need more memory"));
    add(
        "operations without end",
        repeated(b"\x80\x04", b"N0", 3_000_000, b"", 0),
        error("more operations than any checkpoint"),
    );
    add("objects without end", repeated(b"\x80\x04", b"]0", 3_000_000, b"", 0), error("objects need more memory"));
    add("copies of a long list", Box::new(copies), error("objects need more memory"));
    add("a list in itself", raw(&[b"\x80\x04]\x94h\x00a."]), error("root is a list of 1"));
    add("a dictionary in itself", raw(&[b"\x80\x04}\x94\x8C\x05G_emah\x00s."]), error("G_ema is a dictionary (G_ema)"));
    add("a network in itself", Box::new(cyclic), error("a network of class Generator with parts"));
    add("a billion laughs", Box::new(laughs), error("root is a list of 10"));
    add("one long text decoded for ever", Box::new(decoded), error("more operations than any checkpoint"));
    add("one storage parsed for ever", Box::new(parsed), error("more operations than any checkpoint"));
    add("negative strides", tensor(0, vec![3, 4, 4], vec![-16, 4, 1]), error("a negative stride"));
    add("a negative size", tensor(0, vec![-3, 4, 4], vec![16, 4, 1]), error("a negative size"));
    add("a negative offset", tensor(-4, vec![3, 4, 4], vec![16, 4, 1]), error("a negative offset"));
    add("an offset past the end", tensor(1, vec![3, 4, 4], vec![16, 4, 1]), error("values outside of the storage"));
    add("strides past the end", tensor(0, vec![3, 4, 4], vec![17, 4, 1]), error("values outside of the storage"));
    add(
        "strides that overflow",
        tensor(0, vec![3, 4, 4], vec![i64::MAX, i64::MAX, 1]),
        error("values outside of the storage"),
    );
    add("sizes that overflow", tensor(0, vec![i64::MAX, i64::MAX, 4], vec![1, 1, 1]), error("too many values"));
    add("a huge tensor of one number", tensor(0, vec![1 << 20, 1 << 20, 1], vec![0, 0, 0]), error("too many values"));
    add(
        "a large tensor of one number",
        tensor(0, vec![1 << 12, 1 << 12, 1], vec![0, 0, 0]),
        error("too many strided values"),
    );
    add("more axes than sizes", tensor(0, vec![3, 4, 4], vec![16]), error("a shape and strides that do not fit"));
    add("overlapping rows", tensor(0, vec![3, 4, 4], vec![0, 4, 1]), Expect::Opens);
    cases
}

/// Functions that a hostile pickle calls, and what the refusal says.
const CALLS: [(&str, &str); 14] = [
    ("os.system", "calls `os.system` at byte"),
    ("posix.system", "calls `posix.system`"),
    ("nt.system", "calls `nt.system`"),
    ("builtins.eval", "calls `builtins.eval`"),
    ("builtins.exec", "calls `builtins.exec`"),
    ("builtins.getattr", "calls `builtins.getattr`"),
    ("builtins.__import__", "calls `builtins.__import__`"),
    ("__builtin__.eval", "calls `__builtin__.eval`"),
    ("subprocess.Popen", "calls `subprocess.Popen`"),
    ("runpy.run_path", "calls `runpy.run_path`"),
    ("torch.hub.load", "calls `torch.hub.load`"),
    ("torch.load", "calls `torch.load`"),
    ("pickle.loads", "calls `pickle.loads`"),
    ("torchvision.io.write_file", "calls `torchvision.io.write_file`"),
];

fn raw(parts: &'static [&'static [u8]]) -> Box<dyn Fn() -> Vec<u8>> {
    Box::new(|| {
        let mut bytes = parts.concat();
        // Some room, so that the first bytes are not all there is.
        bytes.resize(bytes.len() + 16, b'.');
        bytes
    })
}

fn repeated(
    start: &'static [u8],
    one: &'static [u8],
    ones: usize,
    two: &'static [u8],
    twos: usize,
) -> Box<dyn Fn() -> Vec<u8>> {
    Box::new(move || [start, &one.repeat(ones), &two.repeat(twos), b"."].concat())
}

/// A complete checkpoint whose augmentation is a shell command.
fn beside() -> Vec<u8> {
    dumps(
        &dict(vec![("G_ema", small_generator(Number::Float)), ("augment_pipe", call("os", "system", vec![s("id")]))]),
        3,
    )
}

fn long_header() -> Vec<u8> {
    let mut bytes = 60_000_000u64.to_le_bytes().to_vec();
    bytes.resize(60_000_008, b' ');
    bytes[8] = b'{';
    bytes
}

fn outside() -> Vec<u8> {
    let header = r#"{"__metadata__":{"format":"stylegan2","version":"1","architecture":"skip","resolution":"8","z_dim":"1","w_dim":"1","c_dim":"0","img_channels":"1","mapping_lr_multiplier":"0.01","activation":"lrelu","conv_clamp":"none","resample_filter":"1,3,3,1"},
        "mapping.fc0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},
        "synthesis.b4.conv1.weight":{"dtype":"F32","shape":[1,1,3,3],"data_offsets":[4,40]},
        "synthesis.b8.conv1.weight":{"dtype":"F32","shape":[1,1,3,3],"data_offsets":[40,76]}}"#;
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat()
}

fn many_tensors() -> Vec<u8> {
    let entry = |index| format!(r#""{index}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#);
    let header = format!("{{{}}}", (0..35_000).map(entry).collect::<Vec<_>>().join(","));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat()
}

/// A zip archive that is little but its directory.
fn directory(bytes: &[u8]) -> Vec<u8> {
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend(bytes);
    zip.extend(b"PK\x05\x06\x00\x00\x00\x00\xFF\xFF\xFF\xFF");
    zip.extend((bytes.len() as u32).to_le_bytes());
    zip.extend(4u32.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

fn many_entries() -> Vec<u8> {
    let entry = |index: u32| {
        let mut entry = b"PK\x01\x02".to_vec();
        entry.resize(28, 0);
        entry.extend([4, 0]);
        entry.resize(46, 0);
        entry.extend(index.to_le_bytes());
        entry
    };
    directory(&(0..160_000).flat_map(entry).collect::<Vec<u8>>())
}

fn long_directory() -> Vec<u8> {
    directory(&vec![0; 60_000_000])
}

/// list(x) of a list of 10,000, again and again.
fn copies() -> Vec<u8> {
    let list = [&b"](".to_vec()[..], &b"N".repeat(10_000), b"e\x94"].concat();
    let call = b"\x8C\x08builtins\x8C\x04list\x93h\x00\x85R0";
    [b"\x80\x04", &list[..], &call.repeat(50_000), b"."].concat()
}

/// A network whose synthesis and mapping are the network itself.
fn cyclic() -> Vec<u8> {
    let mut bytes = b"\x80\x04ctorch_utils.persistence\n_reconstruct_persistent_obj\n".to_vec();
    bytes.extend(b"}\x94(");
    bytes.extend(b"\x8C\x0Aclass_name\x8C\x09Generator\x8C\x05state}\x94(");
    bytes.extend(b"\x8C\x0B_parameters}\x8C\x08_buffers}\x8C\x08_modules}\x94(");
    // The module "backbone" is made of the same description.
    bytes.extend(b"\x8C\x08backbone");
    bytes.extend(b"ctorch_utils.persistence\n_reconstruct_persistent_obj\nh\x00\x85R");
    bytes.extend(b"uuu\x85R.");
    bytes
}

/// Each list holds the one before ten times.
fn laughs() -> Vec<u8> {
    let mut bytes = b"\x80\x04]\x94".to_vec();
    for level in 0..200u8 {
        bytes.extend(b"](");
        bytes.extend([b'h', level].repeat(10));
        bytes.extend(b"e\x94");
    }
    bytes.push(b'.');
    bytes
}

/// One megabyte of text, turned into bytes a hundred thousand times.
fn decoded() -> Vec<u8> {
    let text = [&b"X\x00\x00\x10\x00"[..], &vec![b'a'; 1 << 20]].concat();
    let call = b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R0";
    [b"\x80\x02", &text[..], b"q\x00", &call.repeat(100_000), b"."].concat()
}

/// A storage whose pickle is long, parsed anew for each of a thousand tensors.
fn parsed() -> Vec<u8> {
    let mut storage = legacy_storage(&[1.0; 48], Number::Float);
    let object = storage.windows(4).position(|window| window == b"\x80\x02M\xE9").unwrap();
    storage.splice(object + 2..object + 2, b"N0".repeat(100_000));
    let mut entries = Vec::new();
    for index in 0..1000 {
        let call = call("torch.storage", "_load_from_bytes", vec![Py::Global("shared", "bytes")]);
        entries.push((Py::Str(format!("t{index}")), rebuild(call, 0, ints(&[48]), ints(&[1]))));
    }
    let state = dict(vec![("_parameters", Py::Dict(entries)), ("_buffers", dict(vec![])), ("_modules", dict(vec![]))]);
    let meta = dict(vec![("class_name", s("Discriminator")), ("state", state)]);
    let discriminator = call("torch_utils.persistence", "_reconstruct_persistent_obj", vec![meta]);
    let object = dict(vec![("D", discriminator), ("G_ema", small_generator(Number::Float))]);
    let bytes = dumps(&object, 2);
    // Every import of shared.bytes becomes a look at the memo.
    let needle = b"cshared\nbytes\n";
    let mut out = [b"\x80\x02B", &(storage.len() as u32).to_le_bytes()[..], &storage, b"r\xFF\xFF\xFF\x7F0"].concat();
    let mut rest = &bytes[2..];
    while let Some(at) = rest.windows(needle.len()).position(|window| window == needle) {
        out.extend(&rest[..at]);
        out.extend(b"j\xFF\xFF\xFF\x7F");
        rest = &rest[at + needle.len()..];
    }
    out.extend(rest);
    out
}

/// A good checkpoint but for the claims about one tensor of 48 numbers.
fn tensor(offset: i64, shape: Vec<i64>, strides: Vec<i64>) -> Box<dyn Fn() -> Vec<u8>> {
    Box::new(move || {
        let tuple = |values: &[i64]| Py::Tuple(values.iter().map(|&value| Py::Int(value)).collect());
        let storage =
            call("torch.storage", "_load_from_bytes", vec![Py::Bytes(legacy_storage(&[0.5; 48], Number::Float))]);
        let mut checkpoint = small_checkpoint(Number::Float);
        replace(&mut checkpoint, "const", &rebuild(storage, offset, tuple(&shape), tuple(&strides)));
        dumps(&checkpoint, 4)
    })
}

/// Puts `value` wherever the key is.
fn replace(object: &mut Py, key: &str, value: &Py) {
    match object {
        Py::Dict(entries) => {
            for (name, entry) in entries {
                if matches!(name, Py::Str(name) if name == key) {
                    *entry = value.clone();
                } else {
                    replace(entry, key, value);
                }
            }
        }
        Py::Tuple(items) | Py::List(items) | Py::Reduce(_, items) => {
            items.iter_mut().for_each(|item| replace(item, key, value));
        }
        _ => {}
    }
}
