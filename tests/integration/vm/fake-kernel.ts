/**
 * A kernel of 1.5 kB in Linux's boot format (Documentation/arch/x86/boot.rst): it writes a line to the first serial port and
 * halts. Enough for what concerns the hypervisor, without a guest to build or to wait for.
 */
export function fakeKernel(line: string): Buffer {
    const image = Buffer.alloc(1536);
    image[0x1f1] = 1; // setup_sects
    image.writeUInt16LE(0xaa55, 0x1fe); // boot_flag
    image.set([0xeb, 0x6e], 0x200); // jmp 0x270
    image.write("HdrS", 0x202);
    image.writeUInt16LE(0x0203, 0x206); // version
    image[0x211] = 0x01; // loadflags: LOADED_HIGH
    image.writeUInt32LE(0x37ffffff, 0x22c); // initrd_addr_max
    const messageAt = 0x90; // from the code segment's start, which is 0x200 here
    image.set(
        [
            [0xfa], // cli
            [0x8c, 0xc8, 0x8e, 0xd8], // mov ax, cs; mov ds, ax
            [0xbe, messageAt, 0x00], // mov si, message
            [0xba, 0xf8, 0x03], // mov dx, 0x3f8
            [0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8], // next: lodsb; test al, al; jz halt; out dx, al; jmp next
            [0xf4, 0xeb, 0xfd], // halt: hlt; jmp halt
        ].flat(),
        0x270,
    );
    image.write(`${line}\r\n\0`, 0x200 + messageAt);
    return image;
}
