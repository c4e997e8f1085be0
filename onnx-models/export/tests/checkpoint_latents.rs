//! Latents are read from every file that people keep them in, and other files are refused by name.

mod checkpoint_support;

use checkpoint_support::data;
use dragfx_export::latent_file::{LatentFileError, decode_latent};

#[test]
fn all_formats_give_the_same_latent() {
    // (file, shape)
    let cases: [(&str, &[usize]); 5] = [
        ("latent.npz", &[1, 2, 8]),
        ("latent-compressed.npz", &[1, 2, 8]),
        ("latent-fortran.npy", &[2, 8]),
        ("latent-zip.pt", &[1, 2, 8]),
        ("latent-legacy.pt", &[1, 2, 8]),
    ];
    let expected: Vec<f32> = (0..16u8).map(|value| f32::from(value) / 4.0).collect();
    for (file, shape) in cases {
        let latent = decode_latent(&std::fs::read(data(file)).unwrap()).unwrap();
        assert_eq!(latent.shape(), shape, "{file}");
        assert_eq!(latent.iter().copied().collect::<Vec<f32>>(), expected, "{file}");
    }
}

#[test]
fn safetensors_take_w_then_ws_then_the_only_one() {
    let file = |tensors: &[(&str, f32)]| {
        let entries: Vec<String> = (0..)
            .zip(tensors)
            .map(|(index, (name, _))| {
                format!(r#""{name}":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}}"#, 4 * index, 4 * index + 4)
            })
            .collect();
        let header = format!("{{{}}}", entries.join(","));
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend(tensors.iter().flat_map(|(_, value)| value.to_le_bytes()));
        decode_latent(&bytes)
    };
    assert_eq!(file(&[("ws", 1.0), ("w", 2.0)]).unwrap()[[0]], 2.0);
    assert_eq!(file(&[("z", 1.0), ("ws", 2.0)]).unwrap()[[0]], 2.0);
    assert_eq!(file(&[("anything", 3.0)]).unwrap()[[0]], 3.0);
    let error = file(&[("a", 1.0), ("b", 2.0)]).unwrap_err();
    assert_eq!(error.to_string(), "the latent file holds a, b; name one of them w or ws");
    assert!(matches!(file(&[("w", f32::NAN)]), Err(LatentFileError::NotFinite(_))));
}

#[test]
fn other_files_are_refused_by_name() {
    let npy = |header: &str, data: usize| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    };
    let float = |shape: &str| format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    let cases: [(Vec<u8>, &str); 8] = [
        (b"\xFF\xD8\xFF\xE0 JFIF".to_vec(), "the latent file is a JPEG picture; latents are read from"),
        (Vec::new(), "the latent file is an empty file; latents are read from"),
        (
            std::fs::read(data("rosinality-legacy.pt")).unwrap(),
            "the latent file holds g_ema, latent_avg; name one of them w or ws",
        ),
        (npy(&float("(100000000, 100000)"), 64), "with 16 numbers"),
        (npy(&float("(4, 2, 2)"), 64), "the array has shape [4, 2, 2], expected [w_dim]"),
        (npy(&float("()"), 4), "the array has shape [], expected [w_dim]"),
        (
            npy("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", 16),
            "type of number is <i8, expected a float",
        ),
        (npy("{'descr': '<f4'}", 16), "no fortran_order"),
    ];
    for (bytes, expected) in cases {
        let error = decode_latent(&bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }
    for length in 0..std::fs::read(data("latent-zip.pt")).unwrap().len() {
        let bytes = std::fs::read(data("latent-zip.pt")).unwrap();
        assert!(decode_latent(&bytes[..length]).is_err());
    }
}
