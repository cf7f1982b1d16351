import { runProgram } from "./program";

/** A resource that has another type or name is made anew, and what it stood for is deleted. */
test("every resource has the type and the name that it had", async () => {
    const { made } = await runProgram();
    expect(made.map(({ token, name }) => `${token} ${name}`).sort()).toMatchSnapshot();
});
