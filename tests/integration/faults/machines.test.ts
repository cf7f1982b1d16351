import { testMachines } from "./machine-points";

testMachines(3); // all of them in the soak run
