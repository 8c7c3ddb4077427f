"""64 bits made so redundant that they are read through damage: a checksum, then a convolutional code.

The checksum is CRC-24 of RFC 9580; the code has rate 1/4 and constraint length 9 (3GPP2 C.S0002, generators
765, 671, 513, 473) and is decoded by the Viterbi algorithm on soft values.
"""

import numpy as np
import numpy.typing as npt

PAYLOAD_BITS, CHECK_BITS = 64, 24
MEMORY = 8
RATE = 4
CODED_BITS = RATE * (PAYLOAD_BITS + CHECK_BITS + MEMORY)
_GENERATORS = (0o765, 0o671, 0o513, 0o473)
_CRC_START, _CRC_POLYNOMIAL = 0xB704CE, 0x864CFB

Signs = npt.NDArray[np.float32]


def _outputs() -> Signs:
    """What leaves the encoder, (2 inputs, 256 states, 4) of ±1; a state is the last 8 bits, newest on top."""
    register = (np.arange(2)[:, None] << MEMORY) | np.arange(1 << MEMORY)[None, :]
    taps = np.array(_GENERATORS)[:, None, None] & register
    parity = np.bitwise_count(taps) % 2
    return np.moveaxis(1 - 2 * parity.astype(np.float32), 0, -1)


_OUTPUTS = _outputs()
_STATES = np.arange(1 << MEMORY)
# A state is reached from two: what falls out of the register is either bit.
_FROM = np.stack([(_STATES << 1) & 0xFF, ((_STATES << 1) & 0xFF) | 1])
_INPUT = _STATES >> (MEMORY - 1)


def encode(payload: int) -> Signs:
    """`CODED_BITS` signs, ±1, of a payload of 64 bits."""
    word = (payload << CHECK_BITS | _checksum(payload)) << MEMORY
    state, coded = 0, []
    for place in reversed(range(PAYLOAD_BITS + CHECK_BITS + MEMORY)):
        bit = word >> place & 1
        coded.append(_OUTPUTS[bit, state])
        state = (bit << MEMORY | state) >> 1
    return np.concatenate(coded)


def decode(soft: npt.ArrayLike) -> int | None:
    """The payload in `CODED_BITS` soft values, whose size says how sure each sign is; 0 is a lost one.

    `None` if the checksum of the most likely word is wrong: random values pass with probability 2^-24.
    """
    steps = np.asarray(soft, np.float32).reshape(-1, RATE)
    metric = np.full(1 << MEMORY, -np.inf, np.float32)
    metric[0] = 0
    chosen = np.empty((len(steps), 1 << MEMORY), bool)
    for step, values in enumerate(steps):
        branch = _OUTPUTS @ values
        paths = metric[_FROM] + branch[_INPUT[None, :], _FROM]
        chosen[step] = paths[1] > paths[0]
        metric = paths.max(axis=0)
    state, word = 0, 0  # the last bits are zeros, and so is the last state
    for step in reversed(range(len(steps))):
        word |= int(_INPUT[state]) << (len(steps) - 1 - step)
        state = int(_FROM[int(chosen[step, state]), state])
    payload, check = divmod(word >> MEMORY, 1 << CHECK_BITS)
    return payload if check == _checksum(payload) else None


def _checksum(payload: int) -> int:
    crc = _CRC_START
    for byte in payload.to_bytes(PAYLOAD_BITS // 8, "big"):
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (_CRC_POLYNOMIAL if crc & 1 << 23 else 0)
        crc &= 0xFFFFFF
    return crc
