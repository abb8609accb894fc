#include "tests/fuzz/conversation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return converse(&dialect_room, str_of(data, size));
}
