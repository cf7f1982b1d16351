import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
    ARCHIVE,
    ASSET,
    isObject,
    mapProperties,
    OUTPUT_VALUE,
    RESOURCE_REFERENCE,
    secret,
    SIGNATURE,
    UNKNOWN_VALUE,
    type PropertyMap,
    type PropertyValue,
} from "./properties";

function resolveSignatures(value: PropertyValue): PropertyValue {
    if (!isObject(value)) return value;
    const signature = value[SIGNATURE];
    if (signature === OUTPUT_VALUE) {
        const plain = value.value ?? UNKNOWN_VALUE;
        return value.secret === true ? secret(plain) : plain;
    }
    if (signature === RESOURCE_REFERENCE) return value.id ?? value.urn;
    if (signature === ASSET || signature === ARCHIVE) {
        throw new Error("assets and archives are not supported by the embedded engine: pass the path or the text");
    }
    return value;
}

/**
 * Reads a Struct from the SDK or a provider. Output values become plain, secret or unknown values; resource references become
 * ids.
 * @throws Error for assets and archives.
 */
export function fromStruct(struct: Struct | undefined): PropertyMap {
    return struct ? mapProperties(struct.toJavaScript(), resolveSignatures) : {};
}

export function toStruct(map: PropertyMap): Struct {
    return Struct.fromJavaScript(map);
}
