import { testEnginePoints } from "./engine-points";

testEnginePoints(3); // all of them in the soak run
