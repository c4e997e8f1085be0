//! A writer of pickles, and of the files that hold them: small networks made up on the spot.

/// A Python object to pickle.
#[derive(Clone, Debug)]
pub(crate) enum Py {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    Tuple(Vec<Py>),
    List(Vec<Py>),
    Dict(Vec<(Py, Py)>),
    Global(&'static str, &'static str),
    Reduce(Box<Py>, Vec<Py>),
    /// NEWOBJ, then BUILD with a state.
    Object(Box<Py>, Vec<Py>, Box<Py>),
    Persistent(Box<Py>),
}

pub(crate) fn s(text: &str) -> Py {
    Py::Str(text.to_owned())
}

pub(crate) fn dict(entries: Vec<(&str, Py)>) -> Py {
    Py::Dict(entries.into_iter().map(|(key, value)| (s(key), value)).collect())
}

pub(crate) fn call(module: &'static str, name: &'static str, args: Vec<Py>) -> Py {
    Py::Reduce(Box::new(Py::Global(module, name)), args)
}

pub(crate) fn ints(values: &[usize]) -> Py {
    Py::Tuple(values.iter().map(|&value| Py::Int(value as i64)).collect())
}

/// The pickle of `object`, in protocol 2, 3, 4 or 5.
pub(crate) fn dumps(object: &Py, protocol: u8) -> Vec<u8> {
    let mut body = Vec::new();
    let mut memo = 0;
    write(object, protocol, &mut body, &mut memo);
    body.push(b'.');
    let mut out = vec![0x80, protocol];
    if protocol >= 4 {
        out.push(0x95);
        out.extend((body.len() as u64).to_le_bytes());
    }
    out.extend(body);
    out
}

fn write(object: &Py, protocol: u8, out: &mut Vec<u8>, memo: &mut u32) {
    match object {
        Py::None => out.push(b'N'),
        Py::Bool(value) => out.push(if *value { 0x88 } else { 0x89 }),
        Py::Int(value) => int(*value, out),
        Py::Float(value) => {
            out.push(b'G');
            out.extend(value.to_be_bytes());
        }
        Py::Str(text) => {
            text_of(text, protocol, out);
            remember(protocol, out, memo);
        }
        Py::Bytes(bytes) if protocol < 3 => {
            // How Python writes bytes where the protocol has none.
            let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            write(&call("_codecs", "encode", vec![Py::Str(text), s("latin1")]), protocol, out, memo);
        }
        Py::Bytes(bytes) => {
            match (protocol, bytes.len()) {
                (5, len) if len > 300 => {
                    out.push(0x96);
                    out.extend((len as u64).to_le_bytes());
                }
                (4, len) if len > 300 => {
                    out.push(0x8E);
                    out.extend((len as u64).to_le_bytes());
                }
                (_, len) if len < 256 => out.extend([b'C', len as u8]),
                (_, len) => {
                    out.push(b'B');
                    out.extend((len as u32).to_le_bytes());
                }
            }
            out.extend(bytes);
            remember(protocol, out, memo);
        }
        Py::Tuple(items) => {
            if items.len() > 3 {
                out.push(b'(');
            }
            items.iter().for_each(|item| write(item, protocol, out, memo));
            out.push([b')', 0x85, 0x86, 0x87].get(items.len()).copied().unwrap_or(b't'));
        }
        Py::List(items) => {
            out.push(b']');
            remember(protocol, out, memo);
            out.push(b'(');
            items.iter().for_each(|item| write(item, protocol, out, memo));
            out.push(b'e');
        }
        Py::Dict(entries) => {
            out.push(b'}');
            remember(protocol, out, memo);
            out.push(b'(');
            for (key, value) in entries {
                write(key, protocol, out, memo);
                write(value, protocol, out, memo);
            }
            out.push(b'u');
        }
        Py::Global(module, name) if protocol >= 4 => {
            text_of(module, protocol, out);
            text_of(name, protocol, out);
            out.push(0x93);
        }
        Py::Global(module, name) => {
            out.push(b'c');
            out.extend(format!("{module}\n{name}\n").bytes());
        }
        Py::Reduce(callee, args) => {
            write(callee, protocol, out, memo);
            write(&Py::Tuple(args.clone()), protocol, out, memo);
            out.push(b'R');
            remember(protocol, out, memo);
        }
        Py::Object(class, args, state) => {
            write(class, protocol, out, memo);
            write(&Py::Tuple(args.clone()), protocol, out, memo);
            out.push(0x81);
            write(state, protocol, out, memo);
            out.push(b'b');
        }
        Py::Persistent(id) => {
            write(id, protocol, out, memo);
            out.push(b'Q');
        }
    }
}

fn int(value: i64, out: &mut Vec<u8>) {
    match value {
        0..=255 => out.extend([b'K', value as u8]),
        256..=65535 => {
            out.push(b'M');
            out.extend((value as u16).to_le_bytes());
        }
        _ => match i32::try_from(value) {
            Ok(value) => {
                out.push(b'J');
                out.extend(value.to_le_bytes());
            }
            Err(_) => {
                out.extend([0x8A, 8]);
                out.extend(value.to_le_bytes());
            }
        },
    }
}

fn text_of(text: &str, protocol: u8, out: &mut Vec<u8>) {
    if protocol >= 4 && text.len() < 256 {
        out.extend([0x8C, text.len() as u8]);
    } else {
        out.push(b'X');
        out.extend((text.len() as u32).to_le_bytes());
    }
    out.extend(text.bytes());
}

fn remember(protocol: u8, out: &mut Vec<u8>, memo: &mut u32) {
    match (protocol, *memo) {
        (4.., _) => out.push(0x94),
        (_, index @ 0..=255) => out.extend([b'q', index as u8]),
        (_, index) => {
            out.push(b'r');
            out.extend(index.to_le_bytes());
        }
    }
    *memo += 1;
}

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    Half,
    Float,
    Double,
}

impl Number {
    fn class(self) -> Py {
        Py::Global(
            "torch",
            match self {
                Self::Half => "HalfStorage",
                Self::Float => "FloatStorage",
                Self::Double => "DoubleStorage",
            },
        )
    }

    fn bytes(self, values: &[f32]) -> Vec<u8> {
        match self {
            Self::Half => values.iter().flat_map(|&value| half::f16::from_f32(value).to_le_bytes()).collect(),
            Self::Float => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::Double => values.iter().flat_map(|&value| f64::from(value).to_le_bytes()).collect(),
        }
    }
}

/// A legacy torch file that holds one storage, as NVIDIA's pickles embed it for each tensor.
pub(crate) fn legacy_storage(values: &[f32], number: Number) -> Vec<u8> {
    let key = "94817549524560";
    let reference = vec![s("storage"), number.class(), s(key), s("cuda:0"), Py::Int(values.len() as i64), Py::None];
    let mut out = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    out.extend(dumps(&Py::Int(1001), 2));
    out.extend(dumps(&dict(vec![("protocol_version", Py::Int(1001)), ("little_endian", Py::Bool(true))]), 2));
    out.extend(dumps(&Py::Persistent(Box::new(Py::Tuple(reference))), 2));
    out.extend(dumps(&Py::List(vec![s(key)]), 2));
    out.extend((values.len() as u64).to_le_bytes());
    out.extend(number.bytes(values));
    out
}

/// A tensor whose storage is inside the pickle.
pub(crate) fn tensor(values: &[f32], shape: &[usize], number: Number) -> Py {
    let strides: Vec<usize> = (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect();
    let storage = call("torch.storage", "_load_from_bytes", vec![Py::Bytes(legacy_storage(values, number))]);
    rebuild(storage, 0, ints(shape), ints(&strides))
}

pub(crate) fn rebuild(storage: Py, offset: i64, shape: Py, strides: Py) -> Py {
    let hooks = call("collections", "OrderedDict", vec![]);
    call("torch._utils", "_rebuild_tensor_v2", vec![storage, Py::Int(offset), shape, strides, Py::Bool(false), hooks])
}

/// A pickled module of NVIDIA's code.
pub(crate) struct Module {
    pub(crate) class: &'static str,
    pub(crate) parameters: Vec<(String, Py)>,
    pub(crate) buffers: Vec<(String, Py)>,
    pub(crate) children: Vec<(String, Py)>,
    pub(crate) attributes: Vec<(&'static str, Py)>,
}

impl Module {
    pub(crate) fn new(class: &'static str) -> Self {
        Self { class, parameters: vec![], buffers: vec![], children: vec![], attributes: vec![] }
    }

    pub(crate) fn py(self) -> Py {
        let named = |entries: Vec<(String, Py)>| {
            Py::Dict(entries.into_iter().map(|(key, value)| (Py::Str(key), value)).collect())
        };
        let mut state = vec![
            ("training", Py::Bool(false)),
            ("_parameters", named(self.parameters)),
            ("_buffers", named(self.buffers)),
            ("_modules", named(self.children)),
        ];
        state.extend(self.attributes);
        let meta = dict(vec![
            ("type", s("class")),
            ("version", Py::Int(6)),
            ("module_src", s(&"import os  # never looked at\n".repeat(20))),
            ("class_name", s(self.class)),
            ("state", dict(state)),
        ]);
        call("torch_utils.persistence", "_reconstruct_persistent_obj", vec![meta])
    }
}

/// A small generator of the ada repository's layout: 8x8, some channels, skip architecture.
pub(crate) fn small_generator(number: Number) -> Py {
    let (w, channels) = (4, [3, 2]);
    let mut mapping = Module::new("MappingNetwork");
    mapping.children.push(("fc0".into(), dense(w, 5, "lrelu", 0.01, number)));
    mapping.buffers.push(("w_avg".into(), filled(&[w], number)));
    mapping.attributes.push(("num_layers", Py::Int(1)));
    let mut synthesis = Module::new("SynthesisNetwork");
    for (index, size) in [4, 8].into_iter().enumerate() {
        let (below, width) = (if index == 0 { 0 } else { channels[index - 1] }, channels[index]);
        let mut block = Module::new("SynthesisBlock");
        if index == 0 {
            block.parameters.push(("const".into(), filled(&[width, 4, 4], number)));
        } else {
            block.children.push(("conv0".into(), layer(below, width, w, size, 2, number)));
        }
        block.children.push(("conv1".into(), layer(width, width, w, size, 1, number)));
        let mut torgb = Module::new("ToRGBLayer");
        torgb.parameters.push(("weight".into(), filled(&[1, width, 1, 1], number)));
        torgb.parameters.push(("bias".into(), filled(&[1], number)));
        torgb.children.push(("affine".into(), dense(width, w, "linear", 1.0, number)));
        torgb.attributes = vec![("conv_clamp", Py::Int(256)), ("weight_gain", Py::Float(1.0 / (width as f64).sqrt()))];
        block.children.push(("torgb".into(), torgb.py()));
        block.buffers.push(("resample_filter".into(), filter()));
        block.attributes = vec![("in_channels", Py::Int(below as i64)), ("architecture", s("skip"))];
        synthesis.children.push((format!("b{size}"), block.py()));
    }
    let mut generator = Module::new("Generator");
    generator.children = vec![("synthesis".into(), synthesis.py()), ("mapping".into(), mapping.py())];
    let counts = [("z_dim", 5), ("c_dim", 0), ("w_dim", 4), ("img_resolution", 8), ("img_channels", 1), ("num_ws", 4)];
    generator.attributes = counts.into_iter().map(|(name, value)| (name, Py::Int(value))).collect();
    generator.py()
}

/// The checkpoint around it.
pub(crate) fn small_checkpoint(number: Number) -> Py {
    let options = Py::Object(
        Box::new(Py::Global("dnnlib.util", "EasyDict")),
        vec![],
        Box::new(dict(vec![("path", s("/data/faces.zip"))])),
    );
    let pipe = Py::Object(
        Box::new(Py::Global("my_training.tricks", "Pipe")),
        vec![],
        Box::new(dict(vec![("p", Py::Float(0.5))])),
    );
    let mut discriminator = Module::new("Discriminator");
    discriminator.parameters.push(("weight".into(), filled(&[2, 3], number)));
    dict(vec![
        ("training_set_kwargs", options),
        ("augment_pipe", pipe),
        ("D", discriminator.py()),
        ("G_ema", small_generator(number)),
    ])
}

/// Numbers that 16 bits hold exactly.
pub(crate) fn values(count: usize) -> Vec<f32> {
    (0..count).map(|index| (index % 64) as f32 / 8.0 - 2.0).collect()
}

pub(crate) fn filled(shape: &[usize], number: Number) -> Py {
    tensor(&values(shape.iter().product()), shape, number)
}

fn filter() -> Py {
    let taps = [0.125f32, 0.375, 0.375, 0.125];
    let values: Vec<f32> = taps.iter().flat_map(|a| taps.iter().map(move |b| a * b)).collect();
    tensor(&values, &[4, 4], Number::Float)
}

fn numpy_f8(value: f64) -> Py {
    let code = call("numpy", "dtype", vec![s("f8"), Py::Bool(false), Py::Bool(true)]);
    call("numpy.core.multiarray", "scalar", vec![code, Py::Bytes(value.to_le_bytes().to_vec())])
}

fn dense(outputs: usize, inputs: usize, activation: &str, lr_multiplier: f64, number: Number) -> Py {
    let mut module = Module::new("FullyConnectedLayer");
    let parameter = |tensor| call("torch._utils", "_rebuild_parameter", vec![tensor, Py::Bool(true), Py::None]);
    module.parameters.push(("weight".into(), parameter(filled(&[outputs, inputs], number))));
    module.parameters.push(("bias".into(), parameter(filled(&[outputs], number))));
    module.attributes = vec![
        ("activation", s(activation)),
        ("weight_gain", numpy_f8(lr_multiplier / (inputs as f64).sqrt())),
        ("bias_gain", Py::Float(lr_multiplier)),
    ];
    module.py()
}

fn layer(inputs: usize, outputs: usize, w: usize, size: usize, up: i64, number: Number) -> Py {
    let mut module = Module::new("SynthesisLayer");
    module.parameters.push(("weight".into(), filled(&[outputs, inputs, 3, 3], number)));
    module.parameters.push(("bias".into(), filled(&[outputs], number)));
    module.parameters.push(("noise_strength".into(), filled(&[], number)));
    module.buffers.push(("noise_const".into(), filled(&[size, size], number)));
    module.buffers.push(("resample_filter".into(), filter()));
    module.children.push(("affine".into(), dense(inputs, w, "linear", 1.0, number)));
    module.attributes = vec![
        ("up", Py::Int(up)),
        ("use_noise", Py::Bool(true)),
        ("activation", s("lrelu")),
        ("conv_clamp", Py::None),
        ("act_gain", numpy_f8(std::f64::consts::SQRT_2)),
    ];
    module.py()
}
