//! The mapping network: z and class label to w, truncated and repeated over the rows of w+.

use crate::ir::{Data, Dim, Graph, GraphError, Id, Layout};
use crate::spec::{Dense, Generator};

/// Added to the mean square before the root of a normalisation.
const EPSILON: f32 = 1e-8;

/// The graph from `z` \[batch, z_dim\], with `c` \[batch, c_dim\] for a conditional generator (one-hot, or all zeros), to
/// `ws` \[batch, num_ws, w_dim\].
///
/// The optional input `truncation` \[num_ws\] holds the truncation psi of each row: ws = w_avg + psi · (w - w_avg). Its
/// default is 1, no truncation; a cutoff is psi for the first rows and 1 for the rest.
///
/// # Errors
/// [`GraphError`] if the layers do not fit each other.
pub fn mapping(spec: &Generator) -> Result<Graph, GraphError> {
    let mut g = Graph::new("mapping");
    let batch = Dim::symbol("batch");
    let z = g.input("z", [batch, spec.z_dim.into()]);
    let mut x = normalized(&mut g, "mapping.z", z, spec.z_dim)?;
    if let Some(embed) = &spec.mapping.embed {
        let c = g.input("c", [batch, spec.c_dim.into()]);
        let label = dense(&mut g, "mapping.embed", embed, c)?;
        let label = normalized(&mut g, "mapping.label", label, embed.outputs)?;
        x = g.concat("mapping.joined", &[x, label], 1)?;
    }
    for (i, layer) in spec.mapping.layers.iter().enumerate() {
        x = dense(&mut g, &format!("mapping.fc{i}"), layer, x)?;
    }
    let ones = vec![1.0; spec.num_ws];
    let w = g.reshape("mapping.w", x, &[batch, 1.into(), spec.w_dim.into()])?;
    let ws = if spec.mapping.has_w_avg {
        let truncation = g.optional_input("truncation", [Dim::fixed(spec.num_ws)], Data::Constant(ones.into()));
        let psi = g.reshape("mapping.psi", truncation, &[1.into(), spec.num_ws.into(), 1.into()])?;
        let w_avg = g.tensor("mapping.w_avg", &[1, 1, spec.w_dim], 1.0, Layout::Stored);
        let offset = g.sub("mapping.offset", w, w_avg)?;
        let truncated = g.mul("mapping.truncated", offset, psi)?;
        g.add("mapping.broadcast", truncated, w_avg)?
    } else {
        let ones = g.constant("mapping.rows", &[1, spec.num_ws, 1], ones);
        g.mul("mapping.broadcast", w, ones)?
    };
    g.output("ws", ws);
    Ok(g)
}

/// A fully connected layer on x \[batch, inputs\].
pub(super) fn dense(g: &mut Graph, name: &str, layer: &Dense, x: Id) -> Result<Id, GraphError> {
    let gain = layer.activation.gain();
    let weight_name = format!("{name}.weight");
    let weight = g.tensor(&weight_name, &[layer.outputs, layer.inputs], layer.weight_gain, Layout::Stored);
    let bias = g.tensor(&format!("{name}.bias"), &[1, layer.outputs], layer.bias_gain, Layout::Stored);
    g.scoped(name, |g| {
        let product = g.matmul_transposed("product", x, weight)?;
        let sum = g.add("biased", product, bias)?;
        let active = g.activation("active", sum, layer.activation)?;
        g.scale("out", active, gain)
    })
}

/// x / √(mean(x²) + ε) over each row (`normalize_2nd_moment`).
fn normalized(g: &mut Graph, name: &str, x: Id, size: usize) -> Result<Id, GraphError> {
    g.scoped(name, |g| {
        let squares = g.mul("squares", x, x)?;
        let sum = g.reduce_sum("sum", squares, &[1])?;
        let mean = g.scale("mean", sum, 1.0 / size as f32)?;
        let epsilon = g.scalar(EPSILON);
        let mean = g.add("guarded", mean, epsilon)?;
        let factor = g.rsqrt("factor", mean)?;
        g.mul("normalized", x, factor)
    })
}
