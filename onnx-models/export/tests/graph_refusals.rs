//! What cannot be a graph is an error that names the value, never a panic or a graph that fails later.

use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::ir::{Dim, Graph, Layout, Window2d};
use dragfx_export::onnx::{Metadata, Placements, encode};
use dragfx_export::spec::{Architecture, Filter, Generator};
use dragfx_export::stylegan2::{drag, synthesis};

fn resnet() -> Generator {
    let small = RandomGenerator { channel_base: 512, channel_max: 8, z_dim: 4, w_dim: 4, ..RandomGenerator::default() };
    RandomGenerator { resolution: 64, architecture: Architecture::Resnet, ..small }.generator()
}

/// A filter of equal taps.
fn box_filter(taps: usize) -> Filter {
    Filter(vec![vec![1.0 / (taps * taps) as f32; taps]; taps])
}

#[test]
fn a_kernel_larger_than_its_map_is_refused_by_name() {
    let mut g = Graph::new("test");
    let x = g.input("x", [1, 1, 2, 2].map(Dim::fixed));
    let weights = g.constant("weights", &[1, 1, 3, 3], vec![1.0; 9]);
    let error = g.conv("layer", x, weights, Window2d::padded(0)).expect_err("2 pixels").to_string();
    assert!(
        error.starts_with("layer: ") && error.ends_with("a kernel of 3 does not fit into 2 pixels and their padding"),
        "{error}"
    );

    let cut = Window2d { stride: 2, pad_begin: 3, pad_end: 3, groups: 1 };
    let error = g.conv_transpose("layer", x, weights, cut).expect_err("5 pixels, less 6").to_string();
    assert!(error.ends_with("2 pixels become -1"), "{error}");
}

#[test]
fn a_slice_of_what_is_not_there_is_refused_by_name() {
    let mut g = Graph::new("test");
    let x = g.input("x", [Dim::symbol("batch"), 3.into()]);
    assert!(g.slice("all", x, 1, 1, 2).is_ok());
    for (axis, start, size) in [(1, 2, 2), (1, 4, 0), (1, usize::MAX, 2), (0, 0, 1), (2, 0, 1)] {
        let error = g.slice("row", x, axis, start, size).expect_err("no such part").to_string();
        assert!(error.starts_with("row: ") && error.contains("[batch, 3]"), "{error}");
    }
}

#[test]
fn a_tensor_without_a_place_is_refused_by_name() {
    let mut g = Graph::new("test");
    let constant = g.tensor("synthesis.b4.const", &[1, 2, 4, 4], 1.0, Layout::Stored);
    g.output("y", constant);
    let error = encode(&g, &Placements::default(), &Metadata::new()).expect_err("no places").to_string();
    assert!(error.contains("synthesis.b4.const has no place"), "{error}");
}

#[test]
fn a_picture_of_another_size_than_declared_is_refused() {
    synthesis(&resnet()).expect("a generator");
    let mut narrow = resnet();
    narrow.resolution = 128;
    let error = synthesis(&narrow).expect_err("64 pixels").to_string();
    assert!(error.contains("[batch, 3, 64, 64]") && error.contains("[batch, 3, 128, 128]"), "{error}");
}

/// Filters of other lengths than 4 give whole maps, and no windows: their margins are not worked out.
#[test]
fn unusual_filters_are_exported_without_windows() {
    let tap = 4;
    assert!(drag(&resnet(), tap).expect("usual").windows.is_some());
    for taps in [2, 3, 5, 6] {
        let mut generator = resnet();
        for block in &mut generator.blocks {
            if let Some(skip) = &mut block.skip {
                skip.resample_filter = box_filter(taps);
            }
        }
        synthesis(&generator).expect("a generator");
        let graphs = drag(&generator, tap).expect("unusual");
        assert!(graphs.tail.is_some() && graphs.windows.is_none(), "{taps} taps");
    }
}
