//! Damaged files, the same ones on every run.

use dragfx_export::checkpoint::random::RandomGenerator;

use super::pickle::{Number, dumps, small_checkpoint};
use super::{data, fixture};

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Files that open: one large fixture, then small ones of every container, in which most bytes are structure.
pub(crate) fn checkpoints() -> Vec<Vec<u8>> {
    let mut bases = vec![std::fs::read(fixture("sg2-64.pkl")).unwrap()];
    for protocol in 2..=5 {
        bases.push(dumps(&small_checkpoint(Number::Half), protocol));
    }
    let rosinality = ["rosinality-zip.pt", "rosinality-legacy.pt", "rosinality-half.pt", "rosinality-double.pt"];
    for name in rosinality.into_iter().chain(["nvidia-zip.pt", "nvidia-legacy.pt"]) {
        bases.push(std::fs::read(data(name)).unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.safetensors");
    let small = RandomGenerator {
        resolution: 8,
        channel_base: 16,
        channel_max: 3,
        mapping_layers: 1,
        z_dim: 4,
        w_dim: 4,
        ..RandomGenerator::default()
    };
    small.write(&path).unwrap();
    bases.push(std::fs::read(path).unwrap());
    bases
}

pub(crate) fn latents() -> Vec<Vec<u8>> {
    let names = ["latent.npz", "latent-compressed.npz", "latent-fortran.npy", "latent-zip.pt", "latent-legacy.pt"];
    names.into_iter().map(|name| std::fs::read(data(name)).unwrap()).collect()
}

/// Opcodes worth meeting in the wrong place, among them those with long lengths.
const OPCODES: &[&[u8]] = &[
    b"(",
    b".",
    b"0",
    b"1",
    b"2",
    b"N",
    b")",
    b"]",
    b"}",
    b"R",
    b"b",
    b"Q",
    b"t",
    b"s",
    b"u",
    b"a",
    b"e",
    b"l",
    b"d",
    b"\x81",
    b"\x85",
    b"\x86",
    b"\x87",
    b"\x8F",
    b"\x90",
    b"\x91",
    b"\x92",
    b"\x93",
    b"\x94",
    b"\x97",
    b"\x98",
    b"h\x00",
    b"h\x05",
    b"j\x01\x00\x00\x00",
    b"q\x01",
    b"r\xFF\xFF\xFF\xFF",
    b"J\xFF\xFF\xFF\xFF",
    b"K\x00",
    b"cos\nsystem\n",
    b"B\xFF\xFF\xFF\xFF",
    b"\x8E\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F",
    b"\x8D\x00\x00\x00\x00\x01\x00\x00\x00",
    b"\x8B\xFF\xFF\xFF\x7F",
    b"\x8A\xFF",
    b"G\x7F\xF8\x00\x00\x00\x00\x00\x00",
    b"\x95\x00\x00\x00\x00\x00\x00\x00\x01",
];

/// One damaged copy of `bases[base]`, and what was done to it.
pub(crate) fn mutate(bases: &[Vec<u8>], base: usize, random: &mut Random) -> (Vec<u8>, &'static str) {
    let mut bytes = bases[base].clone();
    // Where the structure is: a fixture's front half is G, its back half the G_ema that is read.
    let at = random.below(bytes.len());
    let kind = match random.below(8) {
        0 | 1 => {
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            "bit flips"
        }
        2 => {
            bytes.truncate(at);
            "truncation"
        }
        3 | 4 => {
            let opcode = OPCODES[random.below(OPCODES.len())];
            let replaced = if random.below(2) == 0 { opcode.len() } else { 0 };
            let end = (at + replaced).min(bytes.len());
            bytes.splice(at..end, opcode.iter().copied());
            "opcode splice"
        }
        5 => {
            let end = (at + random.below(64)).min(bytes.len());
            bytes.drain(at..end);
            "deletion"
        }
        6 => {
            let other = &bases[random.below(bases.len())];
            let from = random.below(other.len());
            let to = (from + random.below(256)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
            "splice of another file"
        }
        _ => {
            let fill = [0x00, 0x7F, 0x80, 0xFF][random.below(4)];
            let end = (at + 1 + random.below(8)).min(bytes.len());
            bytes[at..end].fill(fill);
            "extreme numbers"
        }
    };
    (bytes, kind)
}
