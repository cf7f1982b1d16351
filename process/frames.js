"use strict";
/*
 * Values on a stream between the embedded engine and its program. A frame is the length of its body (32 bits, big endian) and
 * the body, one value in V8's format (structured clone).
 */
const { Buffer } = require("node:buffer");
const v8 = require("node:v8");

const headBytes = 4;

/** The frame of one value. */
exports.frame = (value) => {
    const body = v8.serialize(value);
    const head = Buffer.allocUnsafe(headBytes);
    head.writeUInt32BE(body.length);
    return Buffer.concat([head, body]);
};

/** Takes the chunks of a stream, in which frames start and end anywhere, and passes on each value as soon as it is complete. */
exports.reader = (onValue) => {
    let chunks = [];
    let size = 0;
    let wanted = headBytes;
    let isHead = true;
    return (chunk) => {
        chunks.push(chunk);
        size += chunk.length;
        while (size >= wanted) {
            const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
            const part = all.subarray(0, wanted);
            chunks = [all.subarray(wanted)];
            size -= wanted;
            wanted = isHead ? part.readUInt32BE() : headBytes;
            isHead = !isHead;
            if (isHead) onValue(v8.deserialize(part));
        }
    };
};
