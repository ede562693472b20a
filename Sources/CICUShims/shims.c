#include "CICUShims.h"
