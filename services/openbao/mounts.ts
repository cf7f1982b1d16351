/** Paths of the secret engines, and of the auth method, that the platform has for itself (ADR-006, ADR-011). */
export const mounts = ["secret", "pki", "pki_int", "database"] as const;
export const authMounts = ["approle"] as const;
