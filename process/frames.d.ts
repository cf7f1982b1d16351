export declare function frame(value: unknown): Buffer;
export declare function reader(onValue: (value: unknown) => void): (chunk: Buffer) => void;
