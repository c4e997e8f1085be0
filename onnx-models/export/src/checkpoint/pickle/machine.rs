//! The stack machine that a pickle programs.

mod objects;

use std::collections::HashMap;
use std::mem::size_of;

use super::heap::{Heap, Id, Node};
use super::{INLINE, Meter};
use crate::checkpoint::error::{Kind, Result};
use crate::checkpoint::source::Reader;

/// Objects on the stack at once; a checkpoint's longest run is one dictionary.
const MAX_STACK: usize = 1 << 20;

pub(super) struct Machine<'a, 'm> {
    reader: &'m mut Reader<'a>,
    meter: &'m mut Meter,
    heap: Heap,
    stack: Vec<Id>,
    /// Heights of the stack at each MARK.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a, 'm> Machine<'a, 'm> {
    pub(super) fn new(reader: &'m mut Reader<'a>, meter: &'m mut Meter) -> Self {
        Self { reader, meter, heap: Heap::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() }
    }

    pub(super) fn run(mut self) -> Result<Heap> {
        loop {
            self.meter.work(1)?;
            let opcode = self.reader.u8()?;
            if opcode == b'.' {
                let root = self.pop()?;
                self.heap.set_root(root);
                return Ok(self.heap);
            }
            self.step(opcode)?;
        }
    }

    /// One instruction; names are those of Python's `pickletools`.
    fn step(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            0x80 => self.protocol(),
            0x95 => self.frame(),
            b'(' => self.mark(),
            b'0' => self.pop().map(drop),
            b'1' => self.pop_mark().map(drop),
            b'2' => self.top().and_then(|top| self.push(top)),
            b'N' => self.push(Heap::NONE),
            0x88 => self.push(Heap::TRUE),
            0x89 => self.push(Heap::FALSE),
            b'J' => self.int().and_then(|value| self.new_node(Node::Int(i64::from(value)))),
            b'K' => self.reader.u8().and_then(|value| self.new_node(Node::Int(i64::from(value)))),
            b'M' => self.size::<2>().and_then(|value| self.new_node(Node::Int(i64::try_from(value).unwrap_or(0)))),
            0x8A => self.size::<1>().and_then(|len| self.long(len)),
            0x8B => self.size::<4>().and_then(|len| self.long(len)),
            b'G' => self.reader.array().and_then(|bytes| self.new_node(Node::Float(f64::from_be_bytes(bytes)))),
            0x8C => self.size::<1>().and_then(|len| self.text(len)),
            b'X' => self.size::<4>().and_then(|len| self.text(len)),
            0x8D => self.size::<8>().and_then(|len| self.text(len)),
            b'C' => self.size::<1>().and_then(|len| self.bytes(len)),
            b'B' => self.size::<4>().and_then(|len| self.bytes(len)),
            0x8E | 0x96 => self.size::<8>().and_then(|len| self.bytes(len)),
            b'U' => self.size::<1>().and_then(|len| self.text(len)),
            b'T' => self.size::<4>().and_then(|len| self.text(len)),
            b')' => self.push(Heap::EMPTY),
            0x85 => self.short_tuple(1),
            0x86 => self.short_tuple(2),
            0x87 => self.short_tuple(3),
            b't' => self.pop_mark().and_then(|items| self.new_node(Node::Tuple(items.into()))),
            b'l' => self.pop_mark().and_then(|items| self.new_node(Node::List(items))),
            0x91 => self.pop_mark().and_then(|items| self.new_node(Node::Set(items))),
            b'd' => {
                self.pop_mark().and_then(|items| self.pairs(&items)).and_then(|items| self.new_node(Node::Dict(items)))
            }
            b']' => self.new_node(Node::List(Vec::new())),
            b'}' => self.new_node(Node::Dict(Vec::new())),
            0x8F => self.new_node(Node::Set(Vec::new())),
            b'a' => self.pop().and_then(|item| self.extend(&[item])),
            b'e' | 0x90 => self.pop_mark().and_then(|items| self.extend(&items)),
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.insert(&[key, value])
            }
            b'u' => self.pop_mark().and_then(|items| self.insert(&items)),
            b'q' => self.size::<1>().and_then(|index| self.remember(index)),
            b'r' => self.size::<4>().and_then(|index| self.remember(index)),
            0x94 => self.remember(self.memo.len() as u64),
            b'h' => self.size::<1>().and_then(|index| self.recall(index)),
            b'j' => self.size::<4>().and_then(|index| self.recall(index)),
            b'c' => self.global_lines(),
            0x93 => self.global_stack(),
            b'R' => self.reduce(),
            0x81 => self.new_object(false),
            0x92 => self.new_object(true),
            b'b' => self.build(),
            b'Q' => self.pop().and_then(|id| self.new_node(Node::Persistent(id))),
            // Read-only buffers are data like others.
            0x98 => self.top().map(drop),
            _ => Err(self.unknown(opcode)),
        }
    }

    fn unknown(&self, opcode: u8) -> Kind {
        let old = match opcode {
            b'I' => "INT",
            b'L' => "LONG",
            b'F' => "FLOAT",
            b'S' => "STRING",
            b'V' => "UNICODE",
            b'P' => "PERSID",
            b'g' => "GET",
            b'p' => "PUT",
            b'i' => "INST",
            b'o' => "OBJ",
            0x82..=0x84 => return self.damaged("an extension code, which only the program that wrote it can resolve"),
            0x97 => return self.damaged("data outside of the pickle (NEXT_BUFFER)"),
            _ => return self.damaged(&format!("unknown opcode {opcode:#04x}")),
        };
        self.damaged(&format!("opcode {old} of pickle protocols 0 and 1; protocols 2 to 5 are read"))
    }

    fn damaged(&self, reason: &str) -> Kind {
        Kind::damaged(self.reader.offset(), format!("pickle: {reason}"))
    }

    fn protocol(&mut self) -> Result<()> {
        match self.reader.u8()? {
            2..=5 => Ok(()),
            other => Err(self.damaged(&format!("protocol {other}; protocols 2 to 5 are read"))),
        }
    }

    /// Frames only help Python to read ahead.
    fn frame(&mut self) -> Result<()> {
        let needed = self.size::<8>()?;
        let available = self.reader.remaining();
        if needed > available {
            return Err(Kind::Truncated { offset: self.reader.offset(), needed, available });
        }
        Ok(())
    }

    /// A little-endian unsigned number of `N` bytes.
    fn size<const N: usize>(&mut self) -> Result<u64> {
        let mut wide = [0; 8];
        self.reader.read(&mut wide[..N])?;
        Ok(u64::from_le_bytes(wide))
    }

    fn int(&mut self) -> Result<i32> {
        self.reader.array().map(i32::from_le_bytes)
    }

    fn long(&mut self, len: u64) -> Result<()> {
        if len > INLINE {
            return Err(self.damaged("an integer of hundreds of digits"));
        }
        let bytes = self.reader.bytes(usize::try_from(len).unwrap_or(0))?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut wide = if negative { [0xFF; 8] } else { [0; 8] };
        let node = match wide.get_mut(..bytes.len()) {
            Some(low) => {
                low.copy_from_slice(&bytes);
                Node::Int(i64::from_le_bytes(wide))
            }
            None => Node::Long(bytes.into()),
        };
        self.new_node(node)
    }

    fn text(&mut self, len: u64) -> Result<()> {
        if len > INLINE {
            let view = self.reader.take_view(len)?;
            return self.new_node(Node::LongText(Box::new(view)));
        }
        let bytes = self.reader.bytes(usize::try_from(len).unwrap_or(0))?;
        // Lossy: a lone surrogate cannot be in any name that matters.
        self.new_node(Node::Text(String::from_utf8_lossy(&bytes).into()))
    }

    fn bytes(&mut self, len: u64) -> Result<()> {
        let node = if len > INLINE {
            Node::LongBytes(Box::new(self.reader.take_view(len)?))
        } else {
            Node::Bytes(self.reader.bytes(usize::try_from(len).unwrap_or(0))?.into())
        };
        self.new_node(node)
    }

    fn new_node(&mut self, node: Node) -> Result<()> {
        let id = self.heap.push(node, self.meter)?;
        self.push(id)
    }

    fn push(&mut self, id: Id) -> Result<()> {
        if self.stack.len() == MAX_STACK {
            return Err(Kind::limit("the pickle's stack"));
        }
        self.stack.push(id);
        Ok(())
    }

    fn mark(&mut self) -> Result<()> {
        if self.marks.len() == MAX_STACK {
            return Err(Kind::limit("the pickle's nesting"));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Id> {
        if self.stack.len() == self.floor() {
            return Err(self.damaged("an empty stack"));
        }
        self.stack.pop().ok_or_else(|| self.damaged("an empty stack"))
    }

    fn top(&self) -> Result<Id> {
        self.stack[self.floor()..].last().copied().ok_or_else(|| self.damaged("an empty stack"))
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>> {
        let height = self.marks.pop().ok_or_else(|| self.damaged("no MARK"))?;
        Ok(self.stack.split_off(height))
    }

    fn short_tuple(&mut self, count: usize) -> Result<()> {
        let start = self.stack.len().checked_sub(count).filter(|&start| start >= self.floor());
        let start = start.ok_or_else(|| self.damaged("an empty stack"))?;
        let items: Box<[Id]> = self.stack.drain(start..).collect();
        self.new_node(Node::Tuple(items))
    }

    fn pairs(&self, items: &[Id]) -> Result<Vec<(Id, Id)>> {
        let (pairs, rest) = items.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(self.damaged("a key without a value"));
        }
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    }

    fn extend(&mut self, items: &[Id]) -> Result<()> {
        self.meter.allocate(size_of_val(items) * 2)?;
        let top = self.top()?;
        match self.heap.node_mut(top) {
            Node::List(list) | Node::Set(list) => list.extend_from_slice(items),
            // The items of an opaque object are nothing that anybody reads.
            Node::Call { .. } => {}
            _ => return Err(self.damaged("items for something that is no list")),
        }
        Ok(())
    }

    fn insert(&mut self, items: &[Id]) -> Result<()> {
        let pairs = self.pairs(items)?;
        self.meter.allocate(size_of_val(items) * 2)?;
        let top = self.top()?;
        match self.heap.node_mut(top) {
            Node::Dict(dict) => dict.extend(pairs),
            Node::Call { .. } => {}
            _ => return Err(self.damaged("keys for something that is no dictionary")),
        }
        Ok(())
    }

    fn remember(&mut self, index: u64) -> Result<()> {
        let top = self.top()?;
        let index = u32::try_from(index).map_err(|_| Kind::limit("the pickle's memo"))?;
        self.meter.allocate(size_of::<(u32, Id)>() * 2)?;
        self.memo.insert(index, top);
        Ok(())
    }

    fn recall(&mut self, index: u64) -> Result<()> {
        let id = u32::try_from(index).ok().and_then(|index| self.memo.get(&index).copied());
        match id {
            Some(id) => self.push(id),
            None => Err(self.damaged(&format!("nothing is remembered as {index}"))),
        }
    }
}
