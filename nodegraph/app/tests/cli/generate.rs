//! `dragfx generate` and `dragfx latent`.

use std::fs::File;
use std::io::BufReader;

use dragfx_export::latent_file::decode_latent;
use dragfx_tests::{Case, Table, range_error};
use image::imageops::crop_imm;
use ndarray::ArrayD;

use crate::support::Desk;

/// Part of the range of the expected numbers.
const FORWARD: f64 = 1e-4;

/// The options that make a case's latent.
pub(crate) fn source(case: &Case) -> String {
    let settings = &case.settings;
    let mut line = format!("-m @{} --seed {} --psi {}", settings.checkpoint, settings.z_seed, settings.truncation_psi);
    if let Some(cutoff) = settings.truncation_cutoff {
        line += &format!(" --cutoff {cutoff}");
    }
    if settings.c_dim > 0 {
        line += " --class 1";
    }
    line
}

#[test]
fn pictures_and_latents_are_the_references() {
    let desk = Desk::new();
    let mut table = Table::default();
    for case in Case::all() {
        let source = source(&case);
        for (noise, name) in [("const", "image"), ("none", "image_noise_none")] {
            desk.ok(&format!("generate {source} --noise {noise} -o a.png --raw a.npy"));
            let raw = desk.npy("a.npy");
            assert_eq!(raw.shape(), [1, 3, 64, 64]);
            table.note(&case.name, name, range_error(&raw, &case.array(name)), FORWARD);
        }
        desk.ok(&format!("latent {source} -o w.npy"));
        table.note(&case.name, "ws", range_error(&desk.npy("w.npy"), &case.array("ws")), FORWARD);
    }
    table.check("cli-forward");
}

#[test]
fn a_pixel_is_what_the_official_tools_make_of_the_number() {
    let desk = Desk::new();
    desk.ok("generate -m @sg2-64.pkl --seed 7 -o a.png --raw a.npy");
    let raw = desk.npy("a.npy");
    let picture = desk.picture("a.png");
    assert_eq!(picture.dimensions(), (64, 64));
    for (x, y, pixel) in picture.enumerate_pixels() {
        for (channel, &byte) in pixel.0.iter().enumerate() {
            let expected = (raw[[0, channel, y as usize, x as usize]] * 127.5 + 128.0).clamp(0.0, 255.0) as u8;
            assert_eq!(byte, expected, "channel {channel} at {x}, {y}");
        }
    }
    // The formula would be met by an empty picture too.
    assert!(picture.as_raw().iter().any(|&byte| byte < 64) && picture.as_raw().iter().any(|&byte| byte > 192));
}

#[test]
fn a_png_tells_how_it_was_made() {
    let desk = Desk::new();
    desk.ok("generate -m @sg2-64-conditional.pkl --seed 7 --psi 0.5 --cutoff 3 --class 1 --noise none -o a.png");
    let file = BufReader::new(File::open(desk.path("a.png")).expect("the picture was written"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("a picture");
    reader.finish().expect("all chunks");
    let info = reader.info();

    let software = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == "Software");
    assert!(software.expect("a chunk `Software`").text.starts_with("DragFX "));
    let facts = info.utf8_text.iter().find(|chunk| chunk.keyword == "dragfx").expect("a chunk `dragfx`");
    let facts: serde_json::Value = serde_json::from_str(&facts.get_text().expect("text")).expect("JSON");
    let checkpoint = std::fs::read(dragfx_tests::fixtures().join("sg2-64-conditional.pkl")).expect("a fixture");
    let expected = serde_json::json!({
        "model": {"name": "sg2-64-conditional.pkl", "blake3": blake3::hash(&checkpoint).to_hex().as_str()},
        "seeds": [7], "latent": null, "psi": 0.5, "cutoff": 3, "class": 1, "noise": "none",
    });
    assert_eq!(facts, expected);
}

#[test]
fn several_seeds_make_a_grid_of_the_single_pictures() {
    let desk = Desk::new();
    desk.ok("generate -m @sg2-64.pkl --seed 3-6,9 -o grid.png --raw grid.npy");
    let grid = desk.picture("grid.png");
    assert_eq!(grid.dimensions(), (3 * 64, 2 * 64));
    let raw = desk.npy("grid.npy");
    assert_eq!(raw.shape(), [5, 3, 64, 64]);
    for (index, seed) in [3, 4, 5, 6, 9].into_iter().enumerate() {
        desk.ok(&format!("generate -m @sg2-64.pkl --seed {seed} -o one.png --raw one.npy"));
        let (x, y) = (index as u32 % 3 * 64, index as u32 / 3 * 64);
        assert_eq!(crop_imm(&grid, x, y, 64, 64).to_image(), desk.picture("one.png"), "seed {seed}");
        assert_eq!(raw.index_axis(ndarray::Axis(0), index), desk.npy("one.npy").index_axis(ndarray::Axis(0), 0));
    }
    let rest = crop_imm(&grid, 2 * 64, 64, 64, 64).to_image();
    assert!(rest.as_raw().iter().all(|&byte| byte == 0), "what is left of the last row is black");

    desk.ok("generate -m @sg2-64.pkl --seed 0-2 --columns 1 -o column.png");
    assert_eq!(desk.picture("column.png").dimensions(), (64, 3 * 64));
}

#[test]
fn folders_are_made_on_the_way_and_files_replaced() {
    let desk = Desk::new();
    desk.ok("generate -m @sg2-64.pkl --seed 1 -o deep/er/a.png");
    let first = desk.picture("deep/er/a.png");
    desk.ok("generate -m @sg2-64.pkl --seed 2 -o deep/er/a.png");
    assert_ne!(desk.picture("deep/er/a.png"), first);
    desk.ok("generate -m @sg2-64.pkl --seed 1 -o a.jpg");
    let (jpeg, png) = (desk.picture("a.jpg"), first);
    assert!(crate::support::mean_difference(&jpeg, &png) < 16.0);
}

#[test]
fn random_noise_is_that_of_its_seed() {
    let desk = Desk::new();
    for (noise, name) in [("const", "a"), ("random", "b"), ("random:0", "c"), ("random:1", "d")] {
        desk.ok(&format!("generate -m @sg2-64.pkl --seed 1 --noise {noise} -o {name}.png --raw {name}.npy"));
    }
    let [own, usual, zero, one] = ["a.npy", "b.npy", "c.npy", "d.npy"].map(|name| desk.npy(name));
    assert_eq!(usual, zero, "no seed is seed 0");
    assert!(own != zero && own != one && zero != one);
}

#[test]
fn a_latent_survives_every_format() {
    let desk = Desk::new();
    desk.ok("latent -m @sg2-64.pkl --seed 4 --psi 0.6 -o w.npy");
    desk.ok("generate -m @sg2-64.pkl --seed 4 --psi 0.6 -o seed.png --raw seed.npy");
    let latent = desk.npy("w.npy");
    assert_eq!(latent.shape(), [1, 10, 128]);
    for name in ["w.npy", "w.npz", "w.safetensors"] {
        // From the file of another format, where there is one.
        desk.ok(&format!("latent -m @sg2-64.pkl --latent w.npy -o {name}"));
        let bytes = std::fs::read(desk.path(name)).expect("the latent was written");
        let read: ArrayD<f32> = decode_latent(&bytes).expect("a latent");
        assert_eq!(read, latent, "{name}");
        desk.ok(&format!("generate -m @sg2-64.pkl --latent {name} -o file.png --raw file.npy"));
        assert_eq!(desk.npy("file.npy"), desk.npy("seed.npy"), "{name}");
        assert_eq!(desk.picture("file.png"), desk.picture("seed.png"), "{name}");
    }
}
